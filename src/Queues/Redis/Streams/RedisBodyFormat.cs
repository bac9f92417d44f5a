namespace Eventide.Queues.Redis;

/// <summary>How a message that is sent becomes an entry.</summary>
public enum RedisBodyFormat
{
    /// <summary>The body is one field, byte for byte.</summary>
    Body = 0,

    /// <summary>The members of a body that is a JSON object become fields, for consumers that expect flat events. A body that is no
    /// object, or that would not be read back as the same object, is sent as <see cref="Body"/>.</summary>
    Fields = 1,
}
