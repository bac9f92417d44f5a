using System.Globalization;
using System.Text;

namespace Eventide.Orleans;

/// <summary>The streams' names: namespace <c>eventide</c>, key <c>queue/lane</c>.</summary>
internal static class StreamNames
{
    public const string Namespace = "eventide";

    /// <summary>The lane of messages that have no order to keep: that of the partition which received them, so that their router is
    /// on the same silo.</summary>
    public static string OfPartition(string queue, int partition) => string.Create(CultureInfo.InvariantCulture, $"{queue}/p{partition}");

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
