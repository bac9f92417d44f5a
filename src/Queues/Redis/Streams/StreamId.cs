using System.Globalization;

namespace Eventide.Queues.Redis;

/// <summary>The id of an entry: the milliseconds of its time and a number within them.</summary>
internal readonly record struct StreamId(ulong Milliseconds, ulong Sequence)
{
    /// <summary>Ids before the year 2000 were made up by whoever added the entry and tell no time.</summary>
    private const ulong EarliestTime = 946_684_800_000;

    /// <summary>The time that the id tells, if it tells one.</summary>
    public DateTimeOffset? Time => Milliseconds is >= EarliestTime and <= 253_402_300_799_999
        ? DateTimeOffset.FromUnixTimeMilliseconds((long)Milliseconds)
        : null;

    /// <summary>Reads an id; without a sequence it is 0.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StreamId id)
    {
        id = default;
        var dash = text.IndexOf('-');
        var sequence = 0UL;
        if (!ulong.TryParse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || (dash >= 0 && !ulong.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out sequence)))
        {
            return false;
        }

        id = new StreamId(milliseconds, sequence);
        return true;
    }

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static StreamId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new FormatException($"'{text}' is no id of an entry; expected milliseconds or milliseconds-sequence.");

    /// <summary>Compares as the stream orders its entries: negative where this one comes first.</summary>
    public int Order(StreamId other) =>
        Milliseconds != other.Milliseconds ? Milliseconds.CompareTo(other.Milliseconds) : Sequence.CompareTo(other.Sequence);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}");
}
