namespace Eventide.Core.Tests.Queues.Example;

/// <summary>What this delivery's file is called now; renewing the lease renames it.</summary>
internal sealed class SpoolReceipt(string name)
{
    public string Name { get; set; } = name;
}
