using Orleans;

namespace Eventide.Orleans;

/// <summary>One attempt of a handler, handed to a handler worker by reference: it never leaves the silo, and nothing is copied.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.HandlerCall")]
internal sealed class HandlerCall
{
    /// <summary>The only member that would travel: nothing else of a call is meant to, and one that did is recognised by having no handler.</summary>
    [Id(0)]
    public string? HandlerName { get; init; }

    [field: NonSerialized]
    public HandlerRuntime? Handler { get; init; }

    [field: NonSerialized]
    public Message? Message { get; init; }

    [field: NonSerialized]
    public CancellationToken Token { get; init; }

    [field: NonSerialized]
    public AttemptOutcome Outcome { get; set; }
}
