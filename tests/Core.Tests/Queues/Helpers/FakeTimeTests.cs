using Eventide.Tests;

namespace Eventide.Core.Tests.Queues;

public sealed class FakeTimeTests
{
    [Fact]
    public void Timers_fire_in_order_each_at_its_own_time()
    {
        var time = new FakeTime();
        var start = time.GetUtcNow();
        var fired = new List<(string Name, double At)>();
        using var late = time.CreateTimer(_ => fired.Add(("late", (time.GetUtcNow() - start).TotalSeconds)), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var periodic = time.CreateTimer(_ => fired.Add(("periodic", (time.GetUtcNow() - start).TotalSeconds)), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal([("periodic", 1), ("late", 3), ("periodic", 3)], fired);
        Assert.Equal(TimeSpan.FromSeconds(4), time.GetElapsedTime(0));
    }

    [Fact]
    public async Task Delays_and_cancellations_follow_it()
    {
        var time = new FakeTime();
        var delay = Task.Delay(TimeSpan.FromHours(1), time);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMinutes(1), time);

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.True(cancel.IsCancellationRequested);
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.Ends(delay);
    }
}
