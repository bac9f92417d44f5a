using System.Runtime.InteropServices;

namespace Eventide;

/// <summary>The routes that a message takes.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct RouteResult
{
    private readonly Route? _first;
    private readonly IReadOnlyList<Route>? _all;

    internal RouteResult(Route? first)
    {
        _first = first;
        Count = first is null ? 0 : 1;
    }

    internal RouteResult(IReadOnlyList<Route> all)
    {
        _all = all;
        Count = all.Count;
    }

    private RouteResult(IReadOnlyList<Route> ambiguous, int count)
    {
        Ambiguous = ambiguous;
        Count = count;
    }

    /// <summary>How many; 0 where the message is unmatched.</summary>
    public int Count { get; }

    /// <summary>With <see cref="DispatchMode.ExactlyOne"/>, the routes of a message that more than one matched, and so is unmatched.</summary>
    public IReadOnlyList<Route>? Ambiguous { get; }

    /// <summary>A route.</summary>
    /// <param name="index">Its place, from 0.</param>
    public Route this[int index] => _all is not null ? _all[index]
        : index == 0 && _first is not null ? _first
        : throw new ArgumentOutOfRangeException(nameof(index), index, "There is no such route.");

    internal static RouteResult Several(IReadOnlyList<Route> matches) => new(matches, 0);
}
