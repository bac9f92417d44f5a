using System.Text;
using System.Text.Json;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis;

/// <summary>Makes entries of messages.</summary>
internal sealed class EntryWriter(RedisStreamOptions options)
{
    private static readonly JsonDocumentOptions ObjectOptions = new() { MaxDepth = Message.MaxBodyDepth };

    private readonly byte[] _bodyField = Encoding.UTF8.GetBytes(options.BodyField ?? EntryFields.Body);

    /// <summary>About how many bytes of Redis' memory a message takes: body and attributes.</summary>
    public static long Size(OutgoingMessage message)
    {
        var size = (long)message.Body.Length;
        foreach (var (name, value) in message.Attributes)
        {
            size += name.Length + value.Length;
        }

        return size;
    }

    /// <summary>Adds an entry's names and values to a command.</summary>
    public void Write(RedisRequest request, OutgoingMessage message)
    {
        if (options.Format != RedisBodyFormat.Fields || !TryWriteFields(request, message))
        {
            request.Add(_bodyField).Add(message.Body.Span);
            if (options.BodyField is null && !JsonShape.LooksLikeJson(message.Body.Span))
            {
                request.Add(EntryFields.Raw).Add("1"u8);
            }

            if (message.Group is { } group)
            {
                request.Add(options.GroupField).Add(group);
            }
        }

        foreach (var (name, value) in message.Attributes)
        {
            request.Add(options.AttributePrefix + name).Add(value);
        }
    }

    private bool TryWriteFields(RedisRequest request, OutgoingMessage message)
    {
        if (!JsonShape.LooksLikeJson(message.Body.Span) || message.Body.Span.TrimStart(" \t\r\n"u8)[0] != '{')
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(message.Body, ObjectOptions);
            if (!ReadsBack(document.RootElement))
            {
                return false;
            }

            // Read whole before the first is added: text that is no Unicode (a lone surrogate) comes to light only here.
            var fields = new List<(string Name, byte[] Value)>();
            var hasGroup = false;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                var value = Value(member.Value);
                if (member.Name == options.GroupField)
                {
                    hasGroup = true;
                    if (message.Group is { } named && !value.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(named)))
                    {
                        return false;
                    }
                }

                fields.Add((member.Name, value));
            }

            foreach (var (name, value) in fields)
            {
                request.Add(name).Add(value);
            }

            if (!hasGroup && message.Group is { } group)
            {
                request.Add(options.GroupField).Add(group);
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Whether a receiver makes the same members of the fields: none may look like one of Eventide's own, nor all together like a body.</summary>
    private bool ReadsBack(JsonElement root)
    {
        var count = 0;
        JsonProperty only = default;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name.StartsWith(EntryFields.Own, StringComparison.Ordinal)
                || member.Name.StartsWith(options.AttributePrefix, StringComparison.Ordinal)
                || member.Name == options.BodyField)
            {
                return false;
            }

            count += member.Name == options.GroupField ? 0 : 1;
            only = member.Name == options.GroupField ? only : member;
        }

        return count > 1 || (count == 1 && only.Name is not (EntryFields.Body or EntryFields.Data));
    }

    private static byte[] Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetBytes(value.GetString()!),
        JsonValueKind.Object when Base64(value) is { } bytes => bytes,
        _ => Encoding.UTF8.GetBytes(value.GetRawText()),
    };

    private static byte[]? Base64(JsonElement value)
    {
        byte[]? bytes = null;
        var count = 0;
        foreach (var member in value.EnumerateObject())
        {
            if (++count > 1 || !member.NameEquals("$base64"u8) || member.Value.ValueKind != JsonValueKind.String || !member.Value.TryGetBytesFromBase64(out bytes))
            {
                return null;
            }
        }

        return bytes;
    }
}
