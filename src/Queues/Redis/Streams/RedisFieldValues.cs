namespace Eventide.Queues.Redis;

/// <summary>What the values of a flat entry's fields become in a message's body.</summary>
public enum RedisFieldValues
{
    /// <summary>JSON strings, all of them: Redis keeps bytes and no types, and an id of digits stays an id.</summary>
    Text = 0,

    /// <summary>JSON numbers where the value is written as a JSON number of at most 17 digits; all else JSON strings.</summary>
    Typed = 1,
}
