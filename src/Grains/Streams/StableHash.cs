using System.Text;

namespace Eventide.Orleans;

/// <summary>A hash that is the same in every process and version, which <see cref="string.GetHashCode()"/> is not: FNV-1a (Fowler,
/// Noll, Vo), 32 bits.</summary>
internal static class StableHash
{
    public static uint Of(string text)
    {
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ value) * 16777619u;
        }

        return hash;
    }
}
