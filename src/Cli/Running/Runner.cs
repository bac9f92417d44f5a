using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eventide.Cli;

/// <summary>Carries out <c>eventide run</c>: the one-process engine around loaded handlers, until the queue ends or a signal comes.</summary>
internal sealed class Runner(RunSettings settings, CliConsole console)
{
    /// <summary>How long a second signal waits for what can still be given back.</summary>
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(1);

    private static Action<Exception>? s_stray;

    private IReadOnlyList<(string Schedule, string Queue)> _leftOut = [];
    private int _strayFailures;

    /// <summary>Runs.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        using var signals = new Signals();
        return await RunAsync(signals, CancellationToken.None);
    }

    /// <summary>Runs.</summary>
    /// <param name="signals">The signals that end it.</param>
    /// <param name="leave">Ends it as the first signal does, without news of one.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(Signals signals, CancellationToken leave)
    {
        using var finish = CancellationTokenSource.CreateLinkedTokenSource(signals.Finish, leave);
        var outputIsTaken = IsStandardStream(settings.DeadLetter);
        if (outputIsTaken && settings.Json)
        {
            throw new UsageException("--json and --dead-letter - both write to standard output; send the dead letters to a file, as in --dead-letter file:dead.ndjson.");
        }

        if (settings.Json || outputIsTaken)
        {
            // What handlers print must not stand between the lines that a program reads.
            Console.SetOut(Console.Error);
        }

        var report = new RunReport(console, settings.Json, outputIsTaken, TimeProvider.System);
        var builder = AppHost.CreateBuilder(settings.App, withEngine: true);
        var deadLetters = DeadLettersOf(builder.Configuration);
        Configure(builder, deadLetters);
        using var host = builder.Build();
        var monitor = host.Services.GetRequiredService<EventideMonitor>();
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Eventide.Cli");
        CatchStrayFailures(log);

        signals.OnFirst = signal => report.Stopping(signal.ToString(), atOnce: false);
        signals.OnSecond = signal =>
        {
            report.Stopping(signal.ToString(), atOnce: true);
            EndSoon(() => report.Summarize(Totals.Of(monitor)));
        };

        try
        {
            await StartAsync(host, finish.Token);
            foreach (var (schedule, queue) in _leftOut)
            {
                log.ScheduleLeftOut(schedule, queue, QueueUri.Parse(settings.Queue!));
            }

            await report.FollowAsync(monitor, WorkAsync(host, finish.Token, signals.Abort));
        }
        catch (OperationCanceledException) when (finish.IsCancellationRequested)
        {
            // Told to stop before all was open: nothing was received.
        }
        finally
        {
            signals.OnFirst = signals.OnSecond = null;
            deadLetters?.RemoveIfEmpty();
            if (monitor.IsStarted || finish.IsCancellationRequested)
            {
                report.Summarize(Totals.Of(monitor));
            }
        }

        var totals = Totals.Of(monitor);
        return signals.Abort.IsCancellationRequested ? ExitCode.Interrupted
            : _strayFailures > 0 ? ExitCode.Failure
            : totals.DeadLettered + totals.Unsettled > 0 ? ExitCode.SomeFailed
            : ExitCode.Success;
    }

    private async Task StartAsync(IHost host, CancellationToken finish)
    {
        // What a person at a command line can do about it is another thing than what a host's author can.
        if (!host.Services.GetServices<HandlerDescriptor>().Any())
        {
            throw new UsageException(LoadedApp.NoHandler(settings.App));
        }

        try
        {
            await host.StartAsync(finish);
        }
        catch (InvalidOperationException e)
        {
            // No queue, a service that cannot be made: all of it is set-up.
            var advice = e.Message.StartsWith("No queue is configured", StringComparison.Ordinal) ? " Here: give one with --queue URI, such as --queue file:orders.ndjson." : "";
            throw new UsageException(OneLine.Of(e.Message) + advice, e);
        }
    }

    private static async Task WorkAsync(IHost host, CancellationToken finish, CancellationToken abort)
    {
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (lifetime.ApplicationStopping.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopping))
        using (finish.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopping))
        {
            await stopping.Task;
        }

        await host.StopAsync(abort);

        // The host stops when its worker fails, but does not say why.
        foreach (var service in host.Services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            if (service.ExecuteTask is { IsFaulted: true, Exception: { } failure })
            {
                var cause = failure.InnerException ?? failure;
                ExceptionDispatchInfo.Throw(cause is InvalidOperationException ? new FailureException(OneLine.Of(cause.Message), cause) : cause);
            }
        }
    }

    private void Configure(HostApplicationBuilder builder, DefaultDeadLetters? deadLetters)
    {
        var services = builder.Services;
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new CliLoggerProvider(console, settings.Json, TimeProvider.System));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // A worker that fails is told of once, by the command itself.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));

        // After all else, so that the command line has the last word, over the app's code too.
        services.PostConfigure<EventideOptions>(options =>
        {
            if (settings.Queue is not null)
            {
                // Options are made more than once.
                _leftOut = ReplacedQueues.Take(options, settings.Queue);
            }

            options.DeadLetter = settings.DeadLetter ?? options.DeadLetter ?? deadLetters?.Uri;
            options.Concurrency = settings.Concurrency ?? options.Concurrency;
            options.UntilEmpty |= settings.UntilEmpty;
        });

        // The host must not lose patience before the engine does.
        services.AddOptions<HostOptions>().Configure<IOptions<EventideOptions>>(static (host, eventide) =>
            host.ShutdownTimeout = eventide.Value.DrainTimeout + TimeSpan.FromSeconds(30));
    }

    private DefaultDeadLetters? DeadLettersOf(ConfigurationManager configuration)
    {
        var section = configuration.GetSection(EventideOptions.Section);
        return settings.DeadLetter is null && section[nameof(EventideOptions.DeadLetter)] is null
            ? DefaultDeadLetters.For(settings.Queue ?? section[nameof(EventideOptions.Queue)])
            : null;
    }

    // What a handler's own thread, or an async void method, throws belongs to no message; by default it ends the process and with
    // it the attempts of all others.
    private void CatchStrayFailures(ILogger logger)
    {
        var isSet = Interlocked.Exchange(ref s_stray, exception =>
        {
            Interlocked.Increment(ref _strayFailures);
            logger.StrayFailure(exception);
        }) is not null;
        if (!isSet)
        {
            // Once in the life of a process, however many runs it has.
            ExceptionHandling.SetUnhandledExceptionHandler(static exception =>
            {
                Volatile.Read(ref s_stray)!(exception);
                return true;
            });
        }
    }

    private static void EndSoon(Action last) => new Thread(() =>
    {
        // On a thread of its own, as handlers may hold all those of the pool.
        Thread.Sleep(AbortPatience);
        last();
        Environment.Exit(ExitCode.Interrupted);
    })
    {
        IsBackground = true,
        Name = "second signal",
    }.Start();

    /// <summary>Whether a URI names standard input, or standard output.</summary>
    public static bool IsStandardStream(string? uri) => QueueUri.TryParse(uri, out var queue, out _) && queue is { Scheme: "file", Path: "-" };
}
