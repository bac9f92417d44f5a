using System.Collections.Concurrent;

namespace Eventide;

/// <summary>The deliveries that are here, by message. A message comes again while an earlier delivery of it is here when its lease was
/// lost without our knowing: the later one, its twin, is not run, and shares the earlier one's fate.</summary>
internal sealed class DeliveryBook
{
    private readonly ConcurrentDictionary<string, Delivery> _byId = new(StringComparer.Ordinal);

    /// <summary>What a delivery that has just come is.</summary>
    public enum Entry
    {
        /// <summary>The only one of its message.</summary>
        New,

        /// <summary>A twin of one that waits or runs.</summary>
        Twin,

        /// <summary>One of a message whose work is done, and whose acknowledgement is still under way.</summary>
        Done,
    }

    public Entry Enter(Delivery delivery)
    {
        var id = delivery.Message.Id;
        while (!_byId.TryAdd(id, delivery))
        {
            if (_byId.TryGetValue(id, out var earlier))
            {
                earlier.IsSuperseded = true;
                lock (earlier)
                {
                    if (earlier.State != Delivery.Stage.Ended)
                    {
                        delivery.Twin = earlier.Twin;
                        earlier.Twin = delivery;
                        return Entry.Twin;
                    }
                }

                if (earlier.IsDone)
                {
                    return Entry.Done;
                }

                Forget(earlier);
            }
        }

        return Entry.New;
    }

    /// <summary>A delivery is settled: takes its twins, to be settled likewise.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="isDone">Whether its work is done: it then stays known until its acknowledgement is confirmed, so that it is not
    /// run again should it come before.</param>
    public IEnumerable<Delivery> TakeTwins(Delivery delivery, bool isDone)
    {
        Delivery? twin;
        lock (delivery)
        {
            twin = delivery.Twin;
            delivery.Twin = null;
        }

        if (!isDone)
        {
            Forget(delivery);
        }

        return twin is null ? [] : Withdraw(twin);
    }

    public void Forget(Delivery delivery) => _byId.TryRemove(new KeyValuePair<string, Delivery>(delivery.Message.Id, delivery));

    private static IEnumerable<Delivery> Withdraw(Delivery? twin)
    {
        for (; twin is not null; twin = twin.Twin)
        {
            if (twin.TryWithdraw())
            {
                yield return twin;
            }
        }
    }
}
