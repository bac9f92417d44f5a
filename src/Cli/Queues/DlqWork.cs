using System.Globalization;

namespace Eventide.Cli;

/// <summary>Moves and removes dead letters.</summary>
internal static class DlqWork
{
    /// <summary>Sends dead letters back to work.</summary>
    public static async Task<int> RedriveAsync(CliConsole console, QueueConnector queues, DlqRequest request, CancellationToken cancellationToken)
    {
        if (request.To is not null && request.To.Equals(request.Queue))
        {
            throw new UsageException($"--to {request.To}: this is the dead-letter queue itself; name the queue that its messages shall go to.");
        }

        await using var redrive = new Redrive(queues, request.Queue, request.To, TimeProvider.System)
        {
            OnFailed = (message, why) => Report(console, request, message, $"stays where it is: {why}"),
            OnTarget = (source, target) => console.WriteError($"What came from '{source}' goes to {target}."),
        };
        if (!request.DryRun)
        {
            await redrive.OpenAsync(cancellationToken);
        }

        var report = await WalkAsync(console, queues, request, redrive.SendAsync, cancellationToken);
        Summarize(console, request, report, "redriven", "redrive");
        if (!request.DryRun && request.Queue.Scheme == "file" && report.Done > 0)
        {
            console.WriteError($"A file is only ever read: {request.Queue} still holds the lines that were sent. Remove it, or 'dlq purge' it, before the next redrive.");
        }

        return Code(request, report, cancellationToken);
    }

    /// <summary>Removes dead letters.</summary>
    public static async Task<int> PurgeAsync(CliConsole console, QueueConnector queues, DlqRequest request, CancellationToken cancellationToken)
    {
        var isWhole = request.Filter.IsOpen && request.Limit is null;
        if (request.Queue.Scheme == "file" && !isWhole)
        {
            throw new UsageException($"--queue {request.Queue}: single lines cannot be removed from a file; purge it whole, without --filter and --limit, or edit it.");
        }

        if (isWhole && !request.DryRun && await queues.OpenAdminAsync(request.Queue, cancellationToken) is { } admin)
        {
            await using (admin)
            {
                if (await admin.PurgeAsync(cancellationToken) is { } count)
                {
                    Summarize(console, request, new WalkReport(count, count, count, 0), "removed", "remove");
                }
                else
                {
                    SayPurged(console, request);
                }

                return ExitCode.Success;
            }
        }

        var report = await WalkAsync(
            console, queues, request, static (messages, _) => Task.FromResult<IReadOnlyList<bool>>([.. Enumerable.Repeat(true, messages.Count)]), cancellationToken);
        Summarize(console, request, report, "removed", "remove");
        return Code(request, report, cancellationToken);
    }

    private static async Task<WalkReport> WalkAsync(
        CliConsole console, QueueConnector queues, DlqRequest request, QueueWalk.DealAsync deal, CancellationToken cancellationToken)
    {
        long? atStart = null;
        if (await queues.OpenAdminAsync(request.Queue, cancellationToken) is { } admin)
        {
            await using (admin)
            {
                atStart = (await admin.GetStatsAsync(cancellationToken)).Ready;
            }
        }

        await using var receiver = await queues.OpenReceiverAsync(request.Queue, cancellationToken);
        var walk = new QueueWalk(receiver, request.Filter, new Pace(request.DryRun ? null : request.Rate, TimeProvider.System), TimeProvider.System)
        {
            OnNotRemoved = (message, why) => Report(console, request, message, $"was dealt with but could not be removed and may be dealt with again: {why}"),
            OnNotReleased = (message, why) => Report(console, request, message, $"could not be given back at once and comes back when its lease ends: {why}"),
        };
        return await walk.RunAsync(atStart, request.Limit, request.DryRun ? Show : deal, cancellationToken);

        Task<IReadOnlyList<bool>> Show(IReadOnlyList<Message> messages, CancellationToken token)
        {
            foreach (var message in messages)
            {
                if (request.Json)
                {
                    MessagePrinter.WriteJson(console, message);
                }
                else
                {
                    MessagePrinter.WriteShort(console, message);
                }
            }

            return Task.FromResult<IReadOnlyList<bool>>(new bool[messages.Count]);
        }
    }

    private static int Code(DlqRequest request, WalkReport report, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? ExitCode.Interrupted
        : report.Failed > 0 && !request.DryRun ? ExitCode.SomeFailed
        : ExitCode.Success;

    private static void Report(CliConsole console, DlqRequest request, Message message, string what)
    {
        if (request.Json)
        {
            console.WriteJson(w =>
            {
                w.WriteString("event", "failed");
                w.WriteString("id", message.Id);
                w.WriteString("error", what);
            });
        }
        else
        {
            console.Fail($"message {message.Id} {what}");
        }
    }

    // A queue that does not count what it purges, as SQS.
    private static void SayPurged(CliConsole console, DlqRequest request)
    {
        if (request.Json)
        {
            console.WriteJson(w =>
            {
                w.WriteString("event", "summary");
                w.WriteNull("seen");
                w.WriteNull("removed");
                w.WriteNumber("failed", 0);
            });
        }
        else
        {
            console.WriteLine($"{request.Queue} is purged; it does not tell how many messages were removed");
        }
    }

    private static void Summarize(CliConsole console, DlqRequest request, WalkReport report, string done, string verb)
    {
        var count = request.DryRun ? report.Chosen : report.Done;
        var failed = request.DryRun ? 0 : report.Failed;
        if (request.Json)
        {
            console.WriteJson(w =>
            {
                w.WriteString("event", "summary");
                w.WriteNumber("seen", report.Seen);
                w.WriteNumber(request.DryRun ? $"would_{verb}" : done, count);
                w.WriteNumber("failed", failed);
            });
        }
        else
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} of {report.Seen} messages {(request.DryRun ? "would be " : "")}{done}, {failed} failed"));
        }
    }
}
