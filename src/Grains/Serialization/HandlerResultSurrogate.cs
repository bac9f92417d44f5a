using Orleans;

namespace Eventide.Orleans;

/// <summary>What a handler grain returns, on its way between silos.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.HandlerResult")]
internal struct HandlerResultSurrogate
{
    [Id(0)]
    public HandlerResultKind Kind;

    [Id(1)]
    public TimeSpan? Delay;

    [Id(2)]
    public string? Reason;
}
