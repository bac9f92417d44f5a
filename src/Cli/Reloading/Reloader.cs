namespace Eventide.Cli;

/// <summary>Carries out <c>eventide run --reload</c>: runs, and with each new build of the handlers, or change of their configuration, lets
/// running handlers finish and runs again with the new ones. For a person who is writing handlers.</summary>
internal sealed class Reloader(RunSettings settings, CliConsole console)
{
    /// <summary>Runs until a signal comes.</summary>
    /// <returns>The exit code of the last run.</returns>
    public async Task<int> RunAsync()
    {
        if (settings.App.Apps.Count == 0)
        {
            throw new UsageException("--reload watches the assemblies that are named with --app; give at least one.");
        }

        if (Runner.IsStandardStream(settings.Queue))
        {
            throw new UsageException("--reload cannot read standard input a second time; write the messages to a file and give it as --queue file:messages.ndjson.");
        }

        using var signals = new Signals();
        var watch = new BuildWatch(settings.App, TimeProvider.System);
        for (var isFirst = true; ; isFirst = false)
        {
            using var watching = new CancellationTokenSource();
            using var changed = new CancellationTokenSource();
            var change = watch.ChangedAsync(watching.Token);
            _ = change.ContinueWith(_ => changed.CancelAsync(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            var code = await RunOnceAsync(signals, isFirst, changed.Token);

            // Ended by itself, or never begun: there is nothing to do before the next build.
            if (!change.IsCompleted && !signals.Finish.IsCancellationRequested)
            {
                console.WriteError("Waiting for a new build of the handlers; SIGINT or SIGTERM ends.");
                await change.WaitAsync(signals.Finish).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            await watching.CancelAsync();
            await change.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (signals.Finish.IsCancellationRequested)
            {
                return code;
            }

            if (change.IsFaulted)
            {
                await change;
            }

            console.WriteError("The handlers have changed: running again.");
        }
    }

    private async Task<int> RunOnceAsync(Signals signals, bool isFirst, CancellationToken changed)
    {
        try
        {
            using var copy = AppCopy.Of(settings.App);
            return await new Runner(settings with { App = copy.App }, console).RunAsync(signals, changed);
        }
        catch (Exception e) when (!isFirst)
        {
            // A build that is not good yet, or not there: the next one may be.
            return EventideCli.Fail(console, e);
        }
    }
}
