namespace Eventide.Queues;

internal static class BatchSize
{
    /// <summary>Checks a batch against the queue's limit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than the limit.</exception>
    public static void Check(int count, int limit, string name)
    {
        if (count > limit)
        {
            throw new ArgumentOutOfRangeException(name, count, $"One call takes at most {limit} messages, as the queue's limits say; split the batch.");
        }
    }
}
