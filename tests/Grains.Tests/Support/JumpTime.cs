namespace Eventide.Orleans.Tests;

/// <summary>The system's clock, whose date a test can move on: due dates come near at once, timers run as ever.</summary>
internal sealed class JumpTime : TimeProvider
{
    private long _offset;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));

    public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);
}
