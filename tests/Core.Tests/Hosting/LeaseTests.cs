using Eventide.Tests;

namespace Eventide.Core.Tests.Hosting;

public sealed class LeaseTests
{
    [Fact]
    public async Task A_lease_is_renewed_while_the_handler_runs_and_while_others_wait_behind_it()
    {
        var release = new TaskCompletionSource();
        var time = new FakeTime();
        var renewedAt = time.GetTimestamp();
        var attempts = new System.Collections.Concurrent.ConcurrentQueue<int>();
        await using var worker = new TestWorker(
            e => e.Handle(null, async (m, _) =>
            {
                attempts.Enqueue(m.Attempt);
                await release.Task;
            }),
            o =>
            {
                o.Concurrency = 1;
                o.BufferSize = 3;
                o.Lease = TimeSpan.FromSeconds(6);
                o.HandlerTimeout = TimeSpan.FromHours(1);
            },
            time,
            receiver: inner => new FaultyReceiver(inner)
            {
                OnExtend = messages =>
                {
                    Volatile.Write(ref renewedAt, messages.Count == 3 ? time.GetTimestamp() : 0);
                    return null;
                },
            });
        await worker.SendAsync("1", "2", "3");
        await worker.StartAsync();
        await worker.Until(() => worker.Stats is { InFlight: 1, Buffered: 2 });

        // Ten leases long; at each step the renewal of all three, due at half of the lease, gets the time it takes.
        Volatile.Write(ref renewedAt, time.GetTimestamp());
        for (var second = 0; second < 60; second++)
        {
            worker.Time.Advance(TimeSpan.FromSeconds(1));
            await Eventually.IsTrue(() => time.GetElapsedTime(Volatile.Read(ref renewedAt)) <= TimeSpan.FromSeconds(4));
        }

        release.SetResult();
        await worker.UntilEmpty();
        Assert.Equal([1, 1, 1], attempts);
        Assert.Equal(0, worker.Stats.LeaseLost);
    }

    [Fact]
    public async Task A_lost_lease_cancels_the_handler_and_nothing_is_settled()
    {
        FaultyReceiver receiver = null!;
        var cancelled = new TaskCompletionSource();
        var acknowledged = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, async (_, token) =>
            {
                await using var registration = token.Register(cancelled.SetResult);
                await cancelled.Task;
                token.ThrowIfCancellationRequested();
            }),
            o => o.Lease = TimeSpan.FromSeconds(6),
            receiver: inner => receiver = new FaultyReceiver(inner)
            {
                OnExtend = messages => new SettleReport([.. messages.Select((_, i) => new SettleFailure(i, SettleFailureKind.LeaseLost, "somebody else has it"))]),
                OnAcknowledge = messages =>
                {
                    Interlocked.Add(ref acknowledged, messages.Count);
                    return null;
                },
            });
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await worker.Until(() => cancelled.Task.IsCompleted, TimeSpan.FromMilliseconds(500));
        receiver.OnExtend = null;
        await Eventually.IsTrue(() => worker.Stats.InFlight == 0);
        Assert.Equal((1L, 0L, 0L, 0), (worker.Stats.LeaseLost, worker.Stats.Failed, worker.Stats.Retried, acknowledged));
    }

    [Fact]
    public async Task A_message_whose_acknowledgement_failed_is_acknowledged_and_not_run_again()
    {
        var handled = 0;
        var refuse = true;
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => Interlocked.Increment(ref handled)),
            o => o.Lease = TimeSpan.FromSeconds(2),
            receiver: inner => new FaultyReceiver(inner)
            {
                OnAcknowledge = messages => Volatile.Read(ref refuse)
                    ? new SettleReport([.. messages.Select((_, i) => new SettleFailure(i, SettleFailureKind.Permanent, "no"))])
                    : null,
            });
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await worker.Until(() => worker.Stats.AcknowledgeFailed == 1);
        Volatile.Write(ref refuse, false);
        await worker.UntilEmpty(TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, handled);
        Assert.Equal(2, worker.Stats.Received);
    }

    [Fact]
    public async Task A_message_that_is_done_is_not_run_again_while_its_acknowledgement_waits_its_turn()
    {
        var handled = 0;
        var tries = 0;
        var unreachable = true;
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => Interlocked.Increment(ref handled)),
            o => o.Lease = TimeSpan.FromSeconds(2),
            receiver: inner => new FaultyReceiver(inner)
            {
                OnExtend = messages => Volatile.Read(ref unreachable)
                    ? new SettleReport([.. messages.Select((_, i) => new SettleFailure(i, SettleFailureKind.Transient, "unreachable"))])
                    : null,
                OnAcknowledge = _ =>
                {
                    Interlocked.Increment(ref tries);
                    return Volatile.Read(ref unreachable) ? throw new QueueException("work", "unreachable", isTransient: true) : null;
                },
            });
        await worker.SendAsync("1");
        await worker.StartAsync();
        await worker.Until(() => Volatile.Read(ref tries) > 0);

        // The first one's acknowledgement is being tried again and again: the second one's waits behind it, untried.
        await worker.SendAsync("2");
        await worker.Until(() => worker.Stats.Received >= 4);
        Volatile.Write(ref unreachable, false);
        await worker.UntilEmpty();
        Assert.Equal(2, handled);
    }

    [Fact]
    public async Task An_acknowledgement_whose_answer_was_lost_is_not_taken_for_failed()
    {
        var tries = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => { }),
            receiver: inner => new FaultyReceiver(inner)
            {
                OnAcknowledge = messages =>
                {
                    if (Interlocked.Increment(ref tries) > 1)
                    {
                        return null;
                    }

                    Assert.Empty(inner.AcknowledgeAsync(messages, default).AsTask().GetAwaiter().GetResult().Failures);
                    throw new QueueException("work", "the connection was lost", isTransient: true);
                },
            });
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await worker.Until(() => worker.Log.Has(208));
        Assert.Equal((2, 1L, 0L), (tries, worker.Stats.Succeeded, worker.Stats.AcknowledgeFailed));
    }

    [Fact]
    public async Task An_acknowledgement_that_is_throttled_is_tried_again()
    {
        var tries = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => { }),
            receiver: inner => new FaultyReceiver(inner)
            {
                OnAcknowledge = messages => Interlocked.Increment(ref tries) switch
                {
                    1 => throw new QueueException("work", "throttled", isTransient: true),
                    2 => new SettleReport([new SettleFailure(0, SettleFailureKind.Transient, "busy")]),
                    _ => null,
                },
            });
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await worker.UntilEmpty();
        Assert.Equal((3, 0L), (tries, worker.Stats.AcknowledgeFailed));
    }

    [Fact]
    public async Task Receiving_that_fails_is_tried_again_and_recovers()
    {
        var fails = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, _ => { }),
            receiver: inner => new FaultyReceiver(inner)
            {
                OnReceive = _ =>
                {
                    if (Interlocked.Increment(ref fails) is > 0 and < 4)
                    {
                        throw new QueueException("work", "gone for a moment", isTransient: true);
                    }
                },
            });
        await worker.SendAsync("{}");
        await worker.StartAsync();
        await worker.Until(() => worker.Stats.Succeeded == 1);
        Assert.True(worker.Log.Has(300));
        Assert.True(worker.Log.Has(301));
    }

    [Fact]
    public async Task No_more_is_received_than_free_slots_and_the_buffer_hold()
    {
        var release = new TaskCompletionSource();
        var largest = 0;
        await using var worker = new TestWorker(
            e => e.Handle(null, (_, _) => release.Task),
            o =>
            {
                o.Concurrency = 2;
                o.BufferSize = 3;
                o.HandlerTimeout = TimeSpan.FromHours(1);
            },
            receiver: inner => new FaultyReceiver(inner) { OnReceive = request => InterlockedMax(ref largest, request.MaxMessages) });
        await worker.SendAsync([.. Enumerable.Range(0, 50).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        await worker.StartAsync();
        await worker.Until(() => worker.Stats is { InFlight: 2, Buffered: 3 });
        Assert.Equal(5, worker.Stats.Received);
        Assert.InRange(largest, 1, 5);
        release.SetResult();
        await worker.UntilEmpty();
        Assert.Equal(50, worker.Stats.Succeeded);
        Assert.InRange(largest, 1, 5);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int known;
        while (value > (known = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, known) != known)
        {
        }
    }
}
