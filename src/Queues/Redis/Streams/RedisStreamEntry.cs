namespace Eventide.Queues.Redis;

/// <summary>An entry as Redis holds it: <see cref="Message.Native"/> of the messages of a Redis stream.</summary>
public sealed class RedisStreamEntry
{
    private readonly byte[] _raw;
    private IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>>? _fields;

    internal RedisStreamEntry(string stream, string? group, string? consumer, in RawEntry entry)
    {
        Stream = stream;
        Group = group;
        Consumer = consumer;
        Id = entry.Id;
        DeliveryCount = entry.Count;
        _raw = entry.Fields;
    }

    /// <summary>The key of the stream.</summary>
    public string Stream { get; }

    /// <summary>The consumer group, or <see langword="null"/> where the entry was looked at without one.</summary>
    public string? Group { get; }

    /// <summary>The consumer it was delivered to, or <see langword="null"/> where the entry was only looked at.</summary>
    public string? Consumer { get; }

    /// <summary>The entry's id: <c>1526919030474-55</c>.</summary>
    public string Id { get; }

    /// <summary>How often the group has delivered it, this time included.</summary>
    public long DeliveryCount { get; }

    /// <summary>All fields, Eventide's own included, in the entry's order; a name may come twice. Names are read as UTF-8.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Fields => _fields ??= Read();

    private List<KeyValuePair<string, ReadOnlyMemory<byte>>> Read()
    {
        var fields = new List<KeyValuePair<string, ReadOnlyMemory<byte>>>();
        var cursor = new FieldCursor(_raw);
        while (cursor.MoveNext())
        {
            fields.Add(new(System.Text.Encoding.UTF8.GetString(cursor.Name.Span), cursor.Value));
        }

        return fields;
    }
}
