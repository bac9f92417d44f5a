namespace Eventide.Cli;

/// <summary>Keeps to a number of messages a second.</summary>
internal sealed class Pace(int? perSecond, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _done;

    /// <summary>The most messages to take at once, so that the pace is even.</summary>
    public int Most(int batch) => perSecond is { } rate ? Math.Max(1, Math.Min(batch, rate / 4)) : batch;

    /// <summary>Notes messages as done, and waits until the next are due.</summary>
    public async Task WaitAsync(int count, CancellationToken cancellationToken)
    {
        _done += count;
        if (perSecond is { } rate && TimeSpan.FromSeconds((double)_done / rate) - time.GetElapsedTime(_start) is { Ticks: > 0 } early)
        {
            await Task.Delay(early, time, cancellationToken);
        }
    }
}
