namespace Eventide.Core.Tests.Queues.Example;

/// <summary>The first line of a message's file; the body follows it.</summary>
internal sealed record SpoolHeader(Dictionary<string, string> Attributes, string? Group, DateTimeOffset EnqueuedAt);
