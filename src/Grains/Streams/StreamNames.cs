using System.Globalization;
using System.Text;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>The streams' names: namespace <c>eventide</c>, key <c>queue/lane</c>.</summary>
internal static class StreamNames
{
    public const string Namespace = "eventide";

    /// <summary>The lane of messages that have no order to keep: that of the partition and the silo which received them. So their
    /// router is always beside their leases: a partition that moves has a new one at once, whatever became of the old silo.</summary>
    public static string OfPartition(string queue, int partition, SiloAddress silo) =>
        string.Create(CultureInfo.InvariantCulture, $"{queue}/p{partition}@{silo.ToParsableString()}");

    /// <summary>The lane of a group: the same wherever its messages are received, so that they meet in one router.</summary>
    public static string OfGroup(string queue, string group, int lanes) =>
        string.Create(CultureInfo.InvariantCulture, $"{queue}/g{Hash(group) % (uint)lanes}");

    // FNV-1a (Fowler, Noll, Vo): stable over processes and versions, which string.GetHashCode is not.
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ value) * 16777619u;
        }

        return hash;
    }
}
