namespace Eventide.Orleans.Tests;

/// <summary>A clock that goes as fast as the real one while the process keeps up, and waits for it where it does not: each step
/// needs the thread pool to have come round. On a machine that stands still for a second no lease is lost by that.</summary>
internal sealed class LoadTime : TimeProvider, IAsyncDisposable
{
    // Two hundred steps to a lease of one second.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly FakeTime _inner = new(DateTimeOffset.UtcNow);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public LoadTime() => _run = RunAsync();

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow();

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _inner.CreateTimer(callback, state, dueTime, period);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Step);
        while (!_stop.IsCancellationRequested && await timer.WaitForNextTickAsync())
        {
            // To the end of the pool's queue: what was due at the step before has had its turn.
            await Task.Yield();
            _inner.Advance(Step);
        }
    }
}
