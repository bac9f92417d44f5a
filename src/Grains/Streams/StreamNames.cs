using System.Globalization;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>The names of streams (namespace <c>eventide</c>, key <c>queue/partition</c>), of their providers and of lane grains.</summary>
internal static class StreamNames
{
    public const string Namespace = "eventide";

    /// <summary>The stream provider of a queue: <c>Eventide/orders</c> for one called so, <c>Eventide</c> for the one without a name.</summary>
    public static string ProviderOf(string? queue) => queue is null ? EventideSiloOptions.ProviderName : $"{EventideSiloOptions.ProviderName}/{queue}";

    /// <summary>The stream of a partition on the silo which receives it. So its router is always beside its leases, and a partition
    /// that moves has a new one at once, whatever became of the old silo.</summary>
    public static string OfPartition(string queue, int partition, SiloAddress silo) =>
        string.Create(CultureInfo.InvariantCulture, $"{queue}/p{partition}@{silo.ToParsableString()}");

    /// <summary>The grain of a lane: the same wherever its messages are received, so that they meet there.</summary>
    public static string OfLane(string queue, int lane) => string.Create(CultureInfo.InvariantCulture, $"{queue}/g{lane}");

    /// <summary>Which of so many lanes a group takes.</summary>
    public static int LaneOf(string group, int lanes) => (int)(StableHash.Of(group) % (uint)lanes);
}
