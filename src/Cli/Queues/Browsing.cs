namespace Eventide.Cli;

/// <summary>Shows what is in a queue and leaves it there.</summary>
internal static class Browsing
{
    /// <summary>How many messages are looked at for a filter where the queue does not tell how many it has.</summary>
    private const int MostScanned = 10_000;

    /// <summary>Shows messages.</summary>
    /// <param name="queues">Opens queues.</param>
    /// <param name="uri">The queue.</param>
    /// <param name="filter">Which to show.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="show">Shows one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were shown.</returns>
    public static async Task<int> ShowAsync(
        QueueConnector queues, QueueUri uri, MessageFilter filter, int limit, Action<Message> show, CancellationToken cancellationToken)
    {
        if (await queues.OpenAdminAsync(uri, cancellationToken) is not { } admin)
        {
            return await ReceiveAndReleaseAsync(queues, uri, filter, limit, show, cancellationToken);
        }

        await using (admin)
        {
            var max = filter.IsOpen ? limit : (int)Math.Min((await admin.GetStatsAsync(cancellationToken)).Ready ?? MostScanned, int.MaxValue);
            var shown = 0;
            foreach (var message in (await admin.PeekAsync(Math.Max(max, limit), cancellationToken)).Where(filter.Matches).Take(limit))
            {
                show(message);
                shown++;
            }

            return shown;
        }
    }

    private static async Task<int> ReceiveAndReleaseAsync(
        QueueConnector queues, QueueUri uri, MessageFilter filter, int limit, Action<Message> show, CancellationToken cancellationToken)
    {
        await using var receiver = await queues.OpenReceiverAsync(uri, cancellationToken);
        var walk = new QueueWalk(receiver, filter, new Pace(null, TimeProvider.System), TimeProvider.System);
        var report = await walk.RunAsync(
            null,
            limit,
            (messages, _) =>
            {
                foreach (var message in messages)
                {
                    show(message);
                }

                return Task.FromResult<IReadOnlyList<bool>>(new bool[messages.Count]);
            },
            cancellationToken);
        return (int)report.Chosen;
    }
}
