using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Eventide;

/// <summary>One message as a queue delivered it. Immutable, and safe to read from several threads.</summary>
public sealed class Message
{
    /// <summary>How deep a JSON body may nest before it is treated as text: 512 levels.</summary>
    public const int MaxBodyDepth = 512;

    private static readonly JsonDocumentOptions BodyOptions = new() { MaxDepth = MaxBodyDepth };

    private readonly long _sequence;
    private string? _id;
    private ParsedBody? _parsed;

    /// <summary>Creates a message with an id of the queue's own.</summary>
    /// <param name="id">The queue's id of the message; the same on every redelivery.</param>
    /// <param name="queue">The name of the queue it came from.</param>
    /// <param name="body">The body as it was sent, byte for byte. Not copied.</param>
    public Message(string id, string queue, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(queue);
        _id = id;
        Queue = queue;
        Body = body;
    }

    /// <summary>Creates a message whose id is a number within its queue; the text of the id is made only when it is read.</summary>
    /// <param name="sequence">The number of the message within its queue.</param>
    /// <param name="queue">The name of the queue it came from.</param>
    /// <param name="body">The body as it was sent, byte for byte. Not copied.</param>
    public Message(long sequence, string queue, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(queue);
        _sequence = sequence;
        Queue = queue;
        Body = body;
    }

    /// <summary>The queue's id of the message; the same on every redelivery.</summary>
    public string Id => _id ??= _sequence.ToString(CultureInfo.InvariantCulture);

    /// <summary>The name of the queue it came from.</summary>
    public string Queue { get; }

    /// <summary>The body as it was sent, byte for byte.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Which delivery this is, counted from 1 by the queue.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>When the queue took the message, or <see langword="null"/> where the queue does not tell.</summary>
    public DateTimeOffset? EnqueuedAt { get; init; }

    /// <summary>The group within which messages are handled one at a time and in order, or <see langword="null"/>.</summary>
    public string? Group { get; init; }

    /// <summary>The message's attributes (headers), by name; names are case-sensitive.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = NoAttributes;

    /// <summary>The provider's own form of the message, where it has one that says more; see the provider's documentation.</summary>
    public object? Native { get; init; }

    /// <summary>An empty set of attributes.</summary>
    public static IReadOnlyDictionary<string, string> NoAttributes { get; } =
        System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The body as text: its UTF-8 decoded, malformed bytes replaced by U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The body without a leading UTF-8 byte-order mark, which JSON does not allow and some programs write all the same.</summary>
    public ReadOnlyMemory<byte> JsonBody => Body.Span.StartsWith(ByteOrderMark) ? Body[ByteOrderMark.Length..] : Body;

    /// <summary>Whether the body is one JSON value in UTF-8 of at most <see cref="MaxBodyDepth"/> levels. Parsed at first use.</summary>
    public bool IsJson => Parsed.IsJson;

    /// <summary>The body as JSON; a body that is not JSON is a JSON string of <see cref="Text"/>. Parsed at first use.</summary>
    public JsonElement Json => Parsed.Root;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private ParsedBody Parsed => _parsed ??= Parse();

    /// <summary>Reads the body as a <typeparamref name="T"/> with System.Text.Json.</summary>
    /// <param name="options">How to read; <see langword="null"/> means <see cref="JsonSerializerOptions.Web"/>.</param>
    /// <returns>The value, or <see langword="null"/> where the body is the JSON <c>null</c>.</returns>
    /// <exception cref="JsonException">The body is not JSON, or not of that shape.</exception>
    public T? Read<T>(JsonSerializerOptions? options = null) =>
        JsonSerializer.Deserialize<T>(JsonBody.Span, options ?? JsonSerializerOptions.Web);

    /// <summary>Reads the body as a <typeparamref name="T"/> by generated code (no reflection).</summary>
    /// <param name="typeInfo">The generated description of the type.</param>
    /// <returns>The value, or <see langword="null"/> where the body is the JSON <c>null</c>.</returns>
    /// <exception cref="JsonException">The body is not JSON, or not of that shape.</exception>
    public T? Read<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return JsonSerializer.Deserialize(JsonBody.Span, typeInfo);
    }

    /// <summary>The queue, id and attempt, as logs show them.</summary>
    public override string ToString() => $"{Queue}/{Id} (attempt {Attempt.ToString(CultureInfo.InvariantCulture)})";

    private ParsedBody Parse()
    {
        try
        {
            // System.Text.Json looks at the encoding only when text is read: malformed UTF-8 would be found too late.
            if (Utf8.IsValid(Body.Span))
            {
                // Cloned, so that nothing must be disposed and the pooled buffers go back at once.
                using var document = JsonDocument.Parse(JsonBody, BodyOptions);
                return new ParsedBody(document.RootElement.Clone(), true);
            }
        }
        catch (JsonException)
        {
            // Not JSON is a documented form of a body, not an error.
        }

        return new ParsedBody(JsonSerializer.SerializeToElement(Text), false);
    }

    private sealed record ParsedBody(JsonElement Root, bool IsJson);
}
