namespace Eventide;

/// <summary>Keeps order: of the messages that share a lane, one is out at a time, the others are parked in their order. After a
/// failure the lane is held until the failed message has come back; other lanes go on.</summary>
internal sealed class LaneBook(TimeProvider time)
{
    // How long after its due time a failed message may take to come back before its lane no longer waits for it: it may have
    // gone to another consumer.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>What to do with a message that has just come.</summary>
    public enum Entry
    {
        /// <summary>Its lane is free: run it.</summary>
        Go,

        /// <summary>Another of its lane is out: it is parked here.</summary>
        Parked,

        /// <summary>Its lane waits for a failed message to come back: give it back for so long.</summary>
        Held,
    }

    public Entry Enter(Delivery delivery, out TimeSpan holdFor)
    {
        holdFor = default;
        lock (_lock)
        {
            ref var lane = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_lanes, delivery.Lane!, out _);
            lane ??= new Lane();
            if (lane.Head is not null)
            {
                lane.Parked.Enqueue(delivery);
                return Entry.Parked;
            }

            if (lane.WaitsFor is not null && lane.WaitsFor != delivery.Message.Id)
            {
                var left = lane.HeldUntil - time.GetUtcNow();
                if (left + Grace > TimeSpan.Zero)
                {
                    holdFor = left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1);
                    return Entry.Held;
                }
            }

            lane.WaitsFor = null;
            lane.Head = delivery;
            return Entry.Go;
        }
    }

    /// <summary>The message that was out is done with: which one follows?</summary>
    public Delivery? Leave(Delivery delivery)
    {
        lock (_lock)
        {
            if (!_lanes.TryGetValue(delivery.Lane!, out var lane) || !ReferenceEquals(lane.Head, delivery))
            {
                return null;
            }

            // Parked ones may have been withdrawn (their lease was lost): they are passed over.
            while (lane.Parked.TryDequeue(out var following))
            {
                if (following.State == Delivery.Stage.Buffered)
                {
                    lane.Head = following;
                    return following;
                }
            }

            _lanes.Remove(delivery.Lane!);
            return null;
        }
    }

    /// <summary>The message that was out goes back to its queue for a while: its lane waits for it, and the parked ones go back too.</summary>
    public List<Delivery> Hold(Delivery delivery, TimeSpan delay)
    {
        lock (_lock)
        {
            if (!_lanes.TryGetValue(delivery.Lane!, out var lane) || !ReferenceEquals(lane.Head, delivery))
            {
                return [];
            }

            var parked = lane.Parked.ToList();
            lane.Parked.Clear();
            lane.Head = null;
            lane.WaitsFor = delivery.Message.Id;
            lane.HeldUntil = time.GetUtcNow() + delay;
            if (_lanes.Count > 1024)
            {
                ForgetOld();
            }

            return parked;
        }
    }

    /// <summary>Whether a message is out in any of these lanes.</summary>
    /// <param name="isMeant">Which lanes are meant.</param>
    /// <param name="orHeld">Whether those count that wait for a failed message to come back.</param>
    public bool Any(Func<string, bool> isMeant, bool orHeld)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            return _lanes.Any(l => (l.Value.Head is not null || (orHeld && l.Value.HeldUntil + Grace > now)) && isMeant(l.Key));
        }
    }

    /// <summary>Takes everything that is parked, for the shutdown.</summary>
    public List<Delivery> TakeParked()
    {
        lock (_lock)
        {
            var parked = _lanes.Values.SelectMany(l => l.Parked).ToList();
            foreach (var lane in _lanes.Values)
            {
                lane.Parked.Clear();
            }

            return parked;
        }
    }

    private void ForgetOld()
    {
        var now = time.GetUtcNow();
        foreach (var (name, lane) in _lanes)
        {
            if (lane.Head is null && lane.HeldUntil + Grace < now)
            {
                _lanes.Remove(name);
            }
        }
    }

    private sealed class Lane
    {
        public Delivery? Head { get; set; }

        public Queue<Delivery> Parked { get; } = new();

        public string? WaitsFor { get; set; }

        public DateTimeOffset HeldUntil { get; set; }
    }
}
