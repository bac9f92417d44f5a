using System.Globalization;

namespace Eventide.Cli;

/// <summary>Tells how a run goes and how it ended: a changing line on a terminal, JSON lines with <c>--json</c>.</summary>
internal sealed class RunReport(CliConsole console, bool json, bool outputIsTaken, TimeProvider time)
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan JsonInterval = TimeSpan.FromSeconds(5);

    private readonly long _startedAt = time.GetTimestamp();
    private readonly Lock _lock = new();
    private Totals _before;
    private long _beforeAt = time.GetTimestamp();
    private int _summarized;

    private double Seconds => time.GetElapsedTime(_startedAt).TotalSeconds;

    /// <summary>Shows progress until the work is done.</summary>
    public async Task FollowAsync(EventideMonitor monitor, Task work)
    {
        if (json)
        {
            while (!work.IsCompleted)
            {
                using var over = new CancellationTokenSource();
                if (await Task.WhenAny(work, Task.Delay(JsonInterval, time, over.Token)) != work)
                {
                    WriteProgress(Totals.Of(monitor));
                }

                await over.CancelAsync();
            }
        }
        else if (console.IsErrorTerminal)
        {
            await console.WithStatusAsync(() => Describe(Totals.Of(monitor)), work, LiveInterval);
        }

        await work;
    }

    /// <summary>Tells that a signal has come.</summary>
    public void Stopping(string signal, bool atOnce)
    {
        if (json)
        {
            console.WriteJson(w =>
            {
                w.WriteString("event", "stopping");
                w.WriteString("signal", signal);
                w.WriteBoolean("at_once", atOnce);
            });
        }
        else
        {
            console.WriteError(atOnce
                ? $"{signal} again: ending at once; what was running goes back to its queue."
                : $"{signal}: no more messages are taken, running handlers may finish. Once more to end at once.");
        }
    }

    /// <summary>Writes the totals; the first call only, so that they are the last line in any case.</summary>
    public void Summarize(Totals totals)
    {
        if (Interlocked.Exchange(ref _summarized, 1) != 0)
        {
            return;
        }

        if (json)
        {
            console.WriteJson(w =>
            {
                w.WriteString("event", "summary");
                w.WriteNumber("received", totals.Received);
                w.WriteNumber("succeeded", totals.Succeeded);
                w.WriteNumber("failed", totals.Failed);
                w.WriteNumber("retried", totals.Retried);
                w.WriteNumber("dead_lettered", totals.DeadLettered);
                w.WriteNumber("unmatched", totals.Unmatched);
                w.WriteNumber("seconds", Math.Round(Seconds, 3));
            });
            return;
        }

        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{totals.Received} received, {totals.Succeeded} succeeded, {totals.Failed} failed, {totals.Retried} retried, {totals.DeadLettered} dead-lettered, {totals.Unmatched} unmatched in {Seconds:0.0} s");
        if (outputIsTaken)
        {
            console.WriteError(text);
        }
        else
        {
            console.WriteLine(text);
        }
    }

    private void WriteProgress(Totals totals)
    {
        var rate = Rate(totals);
        console.WriteJson(w =>
        {
            w.WriteString("event", "progress");
            w.WriteNumber("rate", Math.Round(rate, 1));
            w.WriteNumber("in_flight", totals.InFlight);
            w.WriteNumber("buffered", totals.Buffered);
            w.WriteNumber("received", totals.Received);
            w.WriteNumber("succeeded", totals.Succeeded);
            w.WriteNumber("failed", totals.Failed);
            w.WriteNumber("retried", totals.Retried);
            w.WriteNumber("dead_lettered", totals.DeadLettered);
            w.WriteNumber("unmatched", totals.Unmatched);
        });
    }

    private string Describe(Totals totals) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Rate(totals):#,0}/s  {totals.InFlight} in flight  {totals.Buffered} waiting  {totals.Succeeded:#,0} succeeded  {totals.Failed:#,0} failed  {totals.DeadLettered:#,0} dead-lettered");

    /// <summary>Messages received a second since the last call.</summary>
    private double Rate(Totals totals)
    {
        lock (_lock)
        {
            var seconds = Math.Max(0.001, time.GetElapsedTime(_beforeAt).TotalSeconds);
            var rate = (totals.Received - _before.Received) / seconds;
            _before = totals;
            _beforeAt = time.GetTimestamp();
            return rate;
        }
    }
}
