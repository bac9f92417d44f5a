namespace Eventide.Core.Tests.Hosting.Engine;

public sealed class AttemptSlotTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public void An_attempt_that_nobody_stops_ends_without_a_reason()
    {
        var slot = new AttemptSlot(TimeProvider.System, Timeout);
        for (var i = 0; i < 3; i++)
        {
            var token = slot.Begin(new object(), Timeout, NotStuck);
            Assert.False(token.IsCancellationRequested);
            Assert.Equal(CancelReason.None, slot.End(out var wasStuck));
            Assert.False(wasStuck);
        }
    }

    [Fact]
    public async Task The_first_reason_stays_and_the_next_attempt_has_none()
    {
        var slot = new AttemptSlot(TimeProvider.System, Timeout);
        var owner = new object();
        var token = slot.Begin(owner, Timeout, NotStuck);
        slot.Cancel(owner, CancelReason.LeaseLost);
        slot.Cancel(null, CancelReason.Shutdown);
        await Cancelled(token);
        Assert.Equal(CancelReason.LeaseLost, slot.End(out _));

        var next = slot.Begin(new object(), Timeout, NotStuck);
        slot.Cancel(owner, CancelReason.LeaseLost);
        Assert.False(next.IsCancellationRequested);
        Assert.Equal(CancelReason.None, slot.End(out _));
    }

    [Fact]
    public void It_is_found_stuck_once_and_with_its_own_reason()
    {
        var slot = new AttemptSlot(TimeProvider.System, TimeSpan.Zero);
        var owner = new object();
        var found = new List<(object, CancelReason)>();
        _ = slot.Begin(owner, TimeSpan.Zero, (o, why) => found.Add((o, why)));
        for (var i = 0; i < 4; i++)
        {
            slot.Tick(TimeProvider.System.GetTimestamp());
        }

        Assert.Equal([(owner, CancelReason.Timeout)], found);
        Assert.Equal(CancelReason.Timeout, slot.End(out var wasStuck));
        Assert.True(wasStuck);
        slot.Tick(TimeProvider.System.GetTimestamp());
        Assert.Single(found);
    }

    [Fact]
    public async Task Whoever_asks_one_attempt_to_stop_never_reaches_its_neighbours()
    {
        var slot = new AttemptSlot(TimeProvider.System, Timeout);
        var wanted = new object();
        var other = new object();
        var over = false;
        var canceller = Task.Run(() =>
        {
            while (!Volatile.Read(ref over))
            {
                slot.Cancel(wanted, CancelReason.LeaseLost);
                slot.Tick(TimeProvider.System.GetTimestamp());
            }
        });

        for (var i = 0; i < 200_000; i++)
        {
            var token = slot.Begin(wanted, Timeout, NotStuck);
            var reason = slot.End(out _);
            if (reason == CancelReason.None)
            {
                Assert.False(token.IsCancellationRequested);
            }

            token = slot.Begin(other, Timeout, NotStuck);
            Assert.Equal(CancelReason.None, slot.End(out _));
            Assert.False(token.IsCancellationRequested);
        }

        // However the threads were scheduled: one that is asked for long enough is reached.
        var last = slot.Begin(wanted, Timeout, NotStuck);
        await Cancelled(last);
        Assert.Equal(CancelReason.LeaseLost, slot.End(out _));
        Volatile.Write(ref over, true);
        await canceller;
    }

    private static void NotStuck(object owner, CancelReason reason) => Assert.Fail("It was found stuck.");

    private static async Task Cancelled(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = token.UnsafeRegister(static c => ((TaskCompletionSource)c!).TrySetResult(), cancelled);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
