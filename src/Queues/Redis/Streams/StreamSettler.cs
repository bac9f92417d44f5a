using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis;

/// <summary>Acknowledges, releases and extends deliveries.</summary>
/// <remarks>Redis acknowledges an entry for whoever asks. A delivery whose lease may have run out is therefore settled by scripts that look
/// first whether the entry still belongs to it: same consumer, same delivery count. In the first half of its lease nobody can have taken it,
/// and a plain <c>XACK</c> of the whole batch does.</remarks>
internal sealed class StreamSettler(RedisStreamOptions options, StreamKeys keys, RedisClient client, ConsumerNames consumers, TimeProvider time)
{
    private const string Lost = "the lease has run out and the entry was taken over, or it is gone";

    private bool _hasNoXackdel;

    /// <summary>Removes deliveries from the group's pending entries for good.</summary>
    public async ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        var failures = new List<SettleFailure>(0);
        var fresh = new List<(int Index, RedisDelivery Delivery)>(messages.Count);
        List<(int Index, RedisDelivery Delivery)>? aged = null;
        var now = time.GetTimestamp();
        for (var i = 0; i < messages.Count; i++)
        {
            if (Find(messages[i], i, failures) is not { } delivery)
            {
                continue;
            }

            if (time.GetElapsedTime(delivery.LeasedAt, now) < delivery.Consumer.Lease / 2)
            {
                fresh.Add((i, delivery));
            }
            else
            {
                (aged ??= []).Add((i, delivery));
            }
        }

        try
        {
            if (fresh.Count > 0)
            {
                await AcknowledgeFreshAsync(fresh, failures, cancellationToken);
            }

            if (aged is not null)
            {
                await AcknowledgeByScriptAsync(aged, verify: true, failures, cancellationToken);
            }
        }
        catch (Exception e) when (RedisErrors.IsRedis(e))
        {
            throw RedisErrors.Wrap(options.Stream, "acknowledging", e);
        }

        return Report(failures);
    }

    /// <summary>Gives deliveries back.</summary>
    public async ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        var failures = new List<SettleFailure>(0);
        var found = new List<(int Index, RedisDelivery Delivery)>(releases.Count);
        for (var i = 0; i < releases.Count; i++)
        {
            if (Find(releases[i].Leased, i, failures) is { } delivery)
            {
                found.Add((i, delivery));
            }
        }

        if (found.Count > 0)
        {
            await SettleByScriptAsync(
                StreamScripts.Release,
                new[] { keys.Stream, keys.Parked },
                request =>
                {
                    request.Add(options.Group).Add(StreamKeys.ParkingConsumer);
                    foreach (var (index, delivery) in found)
                    {
                        var release = releases[index];
                        Add(request, delivery)
                            .Add((long)Math.Ceiling(Math.Max(0, release.Delay.TotalMilliseconds)))
                            .Add(release.Uncounted ? Math.Max(0, delivery.Count - 1) : delivery.Count);
                    }
                },
                "releasing",
                found,
                static (delivery, isOurs) => delivery.IsSettled = true,
                failures,
                cancellationToken);
        }

        return Report(failures);
    }

    /// <summary>Renews leases.</summary>
    public async ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken)
    {
        var failures = new List<SettleFailure>(0);
        var found = new List<(int Index, RedisDelivery Delivery)>(messages.Count);
        for (var i = 0; i < messages.Count; i++)
        {
            if (Find(messages[i], i, failures) is { } delivery)
            {
                found.Add((i, delivery));
            }
        }

        if (found.Count > 0)
        {
            var consumer = consumers.For(lease);
            var leasedAt = time.GetTimestamp();
            await SettleByScriptAsync(
                StreamScripts.Extend,
                new[] { keys.Stream, keys.Leases },
                request =>
                {
                    request.Add(options.Group).Add(consumer.Name).Add(consumer.Milliseconds);
                    foreach (var (_, delivery) in found)
                    {
                        Add(request, delivery);
                    }
                },
                "extending",
                found,
                (delivery, isOurs) =>
                {
                    if (isOurs)
                    {
                        delivery.Renew(consumer, leasedAt);
                    }
                    else
                    {
                        delivery.IsSettled = true;
                    }
                },
                failures,
                cancellationToken);
        }

        return Report(failures);
    }

    private static SettleReport Report(List<SettleFailure> failures)
    {
        if (failures.Count == 0)
        {
            return SettleReport.AllDone;
        }

        failures.Sort(static (a, b) => a.Index.CompareTo(b.Index));
        return new SettleReport(failures);
    }

    private static RedisDelivery? Find(LeasedMessage message, int index, List<SettleFailure> failures)
    {
        if (message.Receipt is not RedisDelivery delivery)
        {
            failures.Add(new SettleFailure(index, SettleFailureKind.Permanent, "the message was not delivered by this receiver"));
            return null;
        }

        if (delivery.IsSettled)
        {
            failures.Add(new SettleFailure(index, SettleFailureKind.LeaseLost, "the delivery has already been settled"));
            return null;
        }

        return delivery;
    }

    private static RedisRequest Add(RedisRequest request, RedisDelivery delivery) =>
        request.Add(delivery.Id).Add(delivery.Consumer.Name).Add(delivery.Count);

    private async Task AcknowledgeFreshAsync(
        List<(int Index, RedisDelivery Delivery)> fresh, List<SettleFailure> failures, CancellationToken cancellationToken)
    {
        if (options.DeleteAcknowledged)
        {
            if (await TryAcknowledgeAndDeleteAsync(fresh, failures, cancellationToken))
            {
                return;
            }

            await AcknowledgeByScriptAsync(fresh, verify: false, failures, cancellationToken);
            return;
        }

        var request = new RedisRequest("XACK", 64 + (fresh.Count * 32)).Add(options.Stream).Add(options.Group);
        foreach (var (_, delivery) in fresh)
        {
            request.Add(delivery.Id);
        }

        var removed = await client.ExecuteAsync(request, static r => r.Integer, cancellationToken);
        foreach (var (index, delivery) in fresh)
        {
            delivery.IsSettled = true;

            // Fewer than asked were pending. Of one message that says all; of several, those that were not had been removed already, by a
            // purge or the removal of the group, and are where the caller wants them to be.
            if (removed == 0)
            {
                failures.Add(new SettleFailure(index, SettleFailureKind.LeaseLost, Lost));
            }
        }
    }

    /// <summary>From Redis 8.2 on: acknowledges, and deletes what no other group needs, in one command.</summary>
    private async Task<bool> TryAcknowledgeAndDeleteAsync(
        List<(int Index, RedisDelivery Delivery)> fresh, List<SettleFailure> failures, CancellationToken cancellationToken)
    {
        if (_hasNoXackdel || (await client.ConnectAsync(cancellationToken)).Server.Version < new Version(8, 2))
        {
            return false;
        }

        var request = new RedisRequest("XACKDEL", 64 + (fresh.Count * 32))
            .Add(options.Stream).Add(options.Group).Add("ACKED"u8).Add("IDS"u8).Add(fresh.Count);
        foreach (var (_, delivery) in fresh)
        {
            request.Add(delivery.Id);
        }

        try
        {
            // One number each: -1 not pending, 1 deleted too, 2 acknowledged and kept for another group.
            var results = await client.ExecuteAsync(request, EntryReplies.Places, cancellationToken);
            for (var i = 0; i < fresh.Count; i++)
            {
                fresh[i].Delivery.IsSettled = true;
                if (i < results.Length && results[i] < 0)
                {
                    failures.Add(new SettleFailure(fresh[i].Index, SettleFailureKind.LeaseLost, Lost));
                }
            }

            return true;
        }
        catch (RedisServerException e) when (e.Code == "NOPERM" || e.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase))
        {
            _hasNoXackdel = true;
            return false;
        }
    }

    private async Task AcknowledgeByScriptAsync(
        List<(int Index, RedisDelivery Delivery)> deliveries, bool verify, List<SettleFailure> failures, CancellationToken cancellationToken) =>
        await SettleByScriptAsync(
            StreamScripts.Acknowledge,
            new[] { keys.Stream },
            request =>
            {
                request.Add(options.Group).Add(verify ? "1"u8 : "0"u8).Add(options.DeleteAcknowledged ? "1"u8 : "0"u8);
                foreach (var (_, delivery) in deliveries)
                {
                    Add(request, delivery);
                }
            },
            "acknowledging",
            deliveries,
            static (delivery, isOurs) => delivery.IsSettled = true,
            failures,
            cancellationToken);

    private async Task SettleByScriptAsync(
        RedisScript script,
        string[] scriptKeys,
        Action<RedisRequest> arguments,
        string what,
        List<(int Index, RedisDelivery Delivery)> deliveries,
        Action<RedisDelivery, bool> settled,
        List<SettleFailure> failures,
        CancellationToken cancellationToken)
    {
        int[] lost;
        try
        {
            lost = await client.ExecuteAsync(script, scriptKeys, arguments, EntryReplies.Places, cancellationToken);
        }
        catch (RedisServerException e) when (RedisErrors.IsMissing(e))
        {
            // Without group or stream nothing is pending.
            lost = [.. Enumerable.Range(0, deliveries.Count)];
        }
        catch (Exception e) when (RedisErrors.IsRedis(e))
        {
            throw RedisErrors.Wrap(options.Stream, what, e);
        }

        var isLost = new bool[deliveries.Count];
        foreach (var place in lost)
        {
            isLost[place] = true;
            failures.Add(new SettleFailure(deliveries[place].Index, SettleFailureKind.LeaseLost, Lost));
        }

        for (var i = 0; i < deliveries.Count; i++)
        {
            settled(deliveries[i].Delivery, !isLost[i]);
        }
    }
}
