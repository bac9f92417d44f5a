namespace Eventide.Queues.Redis;

/// <summary>The keys that a queue uses beside its stream. They share the stream's hash slot, so that one script may use all of them.</summary>
internal sealed class StreamKeys
{
    /// <summary>The consumer that owns released entries until they are due. It reads nothing.</summary>
    public const string ParkingConsumer = "eventide:parked";

    /// <summary>Creates the names.</summary>
    public StreamKeys(string stream, string group)
    {
        Stream = stream;
        var open = stream.IndexOf('{', StringComparison.Ordinal);
        var hasTag = open >= 0 && stream.IndexOf('}', open) > open + 1;
        var prefix = hasTag ? stream : $"{{{stream}}}";
        Delayed = $"{prefix}:eventide:delayed";
        Parked = $"{prefix}:eventide:parked:{group}";
        Leases = $"{prefix}:eventide:leases:{group}";
    }

    /// <summary>The stream itself.</summary>
    public string Stream { get; }

    /// <summary>A sorted set of sends that wait for their time, of the stream as a whole.</summary>
    public string Delayed { get; }

    /// <summary>A sorted set of the ids of entries that the group has released, by the time they are due.</summary>
    public string Parked { get; }

    /// <summary>A hash of the group's consumers and their leases in milliseconds.</summary>
    public string Leases { get; }
}
