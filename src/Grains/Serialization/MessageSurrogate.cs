using Orleans;

namespace Eventide.Orleans;

/// <summary>A message on its way between silos. The provider's native form stays behind.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.Message")]
internal struct MessageSurrogate
{
    [Id(0)]
    public string Id;

    [Id(1)]
    public string Queue;

    [Id(2)]
    public ReadOnlyMemory<byte> Body;

    [Id(3)]
    public int Attempt;

    [Id(4)]
    public DateTimeOffset? EnqueuedAt;

    [Id(5)]
    public string? Group;

    [Id(6)]
    public Dictionary<string, string>? Attributes;
}
