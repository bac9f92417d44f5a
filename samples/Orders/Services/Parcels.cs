using System.Collections.Concurrent;

namespace Orders;

/// <summary>Knows which parcels are on their way.</summary>
public sealed class Parcels
{
    private readonly ConcurrentDictionary<string, string> _tracking = new();

    public void Follow(string orderId, string tracking) => _tracking[orderId] = tracking;
}
