namespace Eventide.Queues.Cloudflare.Bodies;

/// <summary>A body as it goes to the server.</summary>
/// <param name="Utf8">The text, or the JSON value.</param>
/// <param name="IsJson">Whether it goes as content type <c>json</c>; else as <c>text</c>.</param>
internal readonly record struct EncodedBody(ReadOnlyMemory<byte> Utf8, bool IsJson);
