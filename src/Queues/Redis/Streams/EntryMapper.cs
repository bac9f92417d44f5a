using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Eventide.Queues.Redis;

/// <summary>Makes messages of entries.</summary>
internal sealed class EntryMapper
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // Bodies are data, not pages: only what JSON itself demands is escaped. Names may repeat in an entry.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly RedisStreamOptions _options;
    private readonly byte[] _attributePrefix;
    private readonly byte[] _groupField;
    private readonly byte[]? _bodyField;
    private readonly bool _groupIsOwn;

    /// <summary>Creates the mapper.</summary>
    public EntryMapper(RedisStreamOptions options)
    {
        _options = options;
        _attributePrefix = Encoding.UTF8.GetBytes(options.AttributePrefix);
        _groupField = Encoding.UTF8.GetBytes(options.GroupField);
        _bodyField = options.BodyField is { } name ? Encoding.UTF8.GetBytes(name) : null;
        _groupIsOwn = options.GroupField.StartsWith(EntryFields.Own, StringComparison.Ordinal);
    }

    /// <summary>Makes a message of an entry.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="group">The consumer group it came through, if any.</param>
    /// <param name="consumer">The consumer it came to, if any.</param>
    public Message ToMessage(string queue, in RawEntry entry, string? group, string? consumer)
    {
        var cursor = new FieldCursor(entry.Fields);
        Dictionary<string, string>? attributes = null;
        string? lane = null;
        ReadOnlyMemory<byte>? body = null;
        ReadOnlyMemory<byte> onlyName = default, onlyValue = default;
        var others = 0;
        var raw = false;
        while (cursor.MoveNext())
        {
            var name = cursor.Name.Span;
            if (name.StartsWith(_attributePrefix))
            {
                attributes ??= new Dictionary<string, string>(StringComparer.Ordinal);
                attributes[Encoding.UTF8.GetString(name[_attributePrefix.Length..])] = Encoding.UTF8.GetString(cursor.Value.Span);
            }
            else if (name.SequenceEqual("eventide:raw"u8))
            {
                raw = true;
            }
            else
            {
                var isGroup = name.SequenceEqual(_groupField);
                if (isGroup)
                {
                    lane = Encoding.UTF8.GetString(cursor.Value.Span);
                }

                if (_bodyField is not null && name.SequenceEqual(_bodyField))
                {
                    body = cursor.Value;
                }

                if (!isGroup)
                {
                    others++;
                    onlyName = cursor.Name;
                    onlyValue = cursor.Value;
                }
            }
        }

        if (body is null && others == 1 && _bodyField is null
            && (onlyName.Span.SequenceEqual("body"u8) || onlyName.Span.SequenceEqual("data"u8))
            && (raw || JsonShape.LooksLikeJson(onlyValue.Span)))
        {
            body = onlyValue;
        }

        return new Message(entry.Id, queue, body ?? Flat(entry.Fields))
        {
            Attempt = (int)Math.Clamp(entry.Count, 1, int.MaxValue),
            EnqueuedAt = StreamId.TryParse(entry.Id, out var id) ? id.Time : null,
            Group = string.IsNullOrEmpty(lane) ? null : lane,
            Attributes = attributes ?? Message.NoAttributes,
            Native = new RedisStreamEntry(_options.Stream, group, consumer, entry),
        };
    }

    /// <summary>One JSON object of all fields that are not attributes.</summary>
    private ReadOnlyMemory<byte> Flat(byte[] fields)
    {
        var buffer = new ArrayBufferWriter<byte>(fields.Length + 16);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            var cursor = new FieldCursor(fields);
            while (cursor.MoveNext())
            {
                var name = cursor.Name.Span;
                if (name.StartsWith(_attributePrefix) || name.SequenceEqual("eventide:raw"u8) || (_groupIsOwn && name.SequenceEqual(_groupField)))
                {
                    continue;
                }

                if (Utf8.IsValid(name))
                {
                    json.WritePropertyName(name);
                }
                else
                {
                    json.WritePropertyName(Encoding.UTF8.GetString(name));
                }

                WriteValue(json, cursor.Value.Span);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (_options.Values == RedisFieldValues.Typed && JsonShape.IsNumber(value))
        {
            json.WriteRawValue(value, skipInputValidation: true);
        }
        else if (Utf8.IsValid(value))
        {
            json.WriteStringValue(value);
        }
        else
        {
            json.WriteStartObject();
            json.WriteBase64String("$base64"u8, value);
            json.WriteEndObject();
        }
    }
}
