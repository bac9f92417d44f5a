using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis;

/// <summary>Reads entries out of replies.</summary>
internal static class EntryReplies
{
    /// <summary>Reads the reply of <c>XREADGROUP</c> on one stream: an array of one pair in RESP2, a map of one in RESP3.</summary>
    public static List<RawEntry> ReadGroup(RespReply reply)
    {
        if (reply.IsNull)
        {
            return [];
        }

        var streams = reply.Items(1);
        var first = streams.Next();
        if (reply.Type == RespType.Map)
        {
            return Entries(streams.Next());
        }

        var pair = first.Items(2);
        pair.Next();
        return Entries(pair.Next());
    }

    /// <summary>Reads an array of entries, each an id and its fields, as <c>XRANGE</c> answers.</summary>
    public static List<RawEntry> Entries(RespReply reply)
    {
        var entries = new List<RawEntry>(reply.Count);
        var items = reply.Items();
        while (items.MoveNext())
        {
            var parts = items.Current.Items(2);
            var id = parts.Next().Text;
            var fields = parts.Next();

            // An entry deleted while pending has no fields.
            if (!fields.IsNull)
            {
                entries.Add(new RawEntry(id, 1, Fields(fields)));
            }
        }

        return entries;
    }

    /// <summary>Reads the entries that the scripts bring: id, delivery count and fields in turn.</summary>
    public static List<RawEntry> Delivered(RespReply reply)
    {
        var entries = new List<RawEntry>(reply.Count / 3);
        var items = reply.Items();
        while (items.MoveNext())
        {
            var id = items.Current.Text;
            var count = items.Next().Integer;
            entries.Add(new RawEntry(id, count, Fields(items.Next())));
        }

        return entries;
    }

    /// <summary>Reads the reply of the sweep.</summary>
    public static SweepResult Sweep(RespReply reply)
    {
        var parts = reply.Items(6);
        return new SweepResult(
            parts.Next().Integer, parts.Next().Integer, parts.Next().Integer, parts.Next().Text, parts.Next().Integer == 1, Delivered(parts.Next()));
    }

    /// <summary>Reads an array of whole numbers.</summary>
    public static int[] Places(RespReply reply)
    {
        if (reply.Count == 0)
        {
            return [];
        }

        var places = new int[reply.Count];
        var at = 0;
        foreach (var item in reply)
        {
            places[at++] = (int)item.Integer;
        }

        return places;
    }

    private static byte[] Fields(RespReply fields)
    {
        var items = fields.Items();
        if (!items.MoveNext())
        {
            return [];
        }

        if (fields.Count % 2 != 0)
        {
            throw fields.Unexpected("an even number of names and values");
        }

        var first = items.Current;
        var last = first;
        do
        {
            last = items.Current;
            if (last.Type != RespType.BulkString)
            {
                throw last.Unexpected("a field's name or value");
            }
        }
        while (items.MoveNext());

        return RespReply.Raw(first, last).ToArray();
    }
}
