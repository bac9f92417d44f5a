namespace Eventide;

/// <summary>Paces the receives of a queue that answers at once when it is empty: the pauses grow while nothing comes.</summary>
internal sealed class IdlePause(QueueLimits limits)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private TimeSpan _next = Shortest;

    public void Reset() => _next = Shortest;

    public Task WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (limits.MaxWait > TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        var pause = _next;
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return Task.Delay(pause, time, cancellationToken);
    }
}
