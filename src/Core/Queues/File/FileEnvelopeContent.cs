namespace Eventide.Queues;

internal readonly record struct FileEnvelopeContent(ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, string> Attributes, string? Group);
