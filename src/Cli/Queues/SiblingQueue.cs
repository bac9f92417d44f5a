namespace Eventide.Cli;

/// <summary>Finds a queue by its name beside another one: on the same server, or in the same account and region. The header of a dead letter
/// names the queue that it came from, and servers keep dead letters where the queue is.</summary>
internal static class SiblingQueue
{
    // What belongs to the reading of the one queue and says nothing of the other.
    private static readonly string[] OfOneStream = ["stream", "group", "consumer", "from", "dead-letter"];

    /// <summary>The URI of the queue of that name.</summary>
    /// <param name="beside">The queue beside which it is.</param>
    /// <param name="name">Its name, as its provider tells it.</param>
    /// <returns><see langword="null"/> where queues of that kind have no such names.</returns>
    public static QueueUri? Find(QueueUri beside, string name)
    {
        var question = beside.Value.IndexOf('?', StringComparison.Ordinal);
        var (place, options) = question < 0 ? (beside.Value, "") : (beside.Value[..question], beside.Value[question..]);
        var text = beside.Scheme switch
        {
            "redis" or "rediss" or "valkey" or "valkeys" or "redis+unix" =>
                $"{place}?{string.Join('&', options.TrimStart('?').Split('&').Where(o => !IsOfOneStream(o)).Prepend($"stream={Uri.EscapeDataString(name)}"))}",
            "sqs" or "https" or "cloudflare" => $"{place[..(place.LastIndexOfAny(['/', ':']) + 1)]}{Uri.EscapeDataString(name)}{options}",
            _ => null,
        };
        return text is not null && QueueUri.TryParse(text, out var uri, out _) ? uri : null;
    }

    private static bool IsOfOneStream(string option) =>
        OfOneStream.Contains(option.Split('=')[0], StringComparer.OrdinalIgnoreCase) || option.Length == 0;
}
