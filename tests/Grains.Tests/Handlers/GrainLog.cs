using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests.Handlers;

/// <summary>What one test's handler grains have seen, on all of its silos.</summary>
internal sealed class GrainLog
{
    private int _inside;

    public ConcurrentQueue<Entry> Entries { get; } = [];

    /// <summary>The silos that ran middleware, and so the router, by message.</summary>
    public ConcurrentDictionary<string, SiloAddress> Routers { get; } = [];

    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Cancelled;

    /// <summary>How many calls are inside grains right now.</summary>
    public int Inside => Volatile.Read(ref _inside);

    public void Enter() => Interlocked.Increment(ref _inside);

    public void Leave() => Interlocked.Decrement(ref _inside);

    public sealed record Entry(string Key, Guid Activation, SiloAddress Silo, Message Message, int Seen, bool Overlapped);
}
