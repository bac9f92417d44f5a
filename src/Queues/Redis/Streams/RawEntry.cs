namespace Eventide.Queues.Redis;

/// <summary>An entry as it came: its fields as they stood in the reply, names and values in turn, each with its RESP head.</summary>
/// <param name="Id">The entry's id.</param>
/// <param name="Count">How often it has been delivered, this time included.</param>
/// <param name="Fields">The bytes of names and values.</param>
internal readonly record struct RawEntry(string Id, long Count, byte[] Fields);
