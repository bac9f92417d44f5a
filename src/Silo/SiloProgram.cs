using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.Loader;
using Eventide.Orleans;
using Eventide.Queues.Cloudflare;
using Eventide.Queues.Sqs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Hosting;
using Orleans.Persistence;
using Orleans.Serialization;
using StackExchange.Redis;

namespace Eventide.Silo;

/// <summary>Builds a silo program from configuration: files, environment and command line.</summary>
public static class SiloProgram
{
    /// <summary>Builds the program.</summary>
    /// <param name="args">The command line: <c>--Silo:SiloPort 11112</c>, <c>--Eventide:Queue memory:orders</c>.</param>
    /// <param name="configure">Adds queues and handlers in code.</param>
    /// <returns>The program; run it with <see cref="RunAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message says which and what was expected.</exception>
    /// <remarks>Once it has been told to stop, the process ends within <c>Eventide:DrainTimeout</c>, <see cref="SiloOptions.LeaveTimeout"/> and
    /// five seconds, by <see cref="Environment.Exit"/> if it must.</remarks>
    public static WebApplication Build(string[] args, Action<EventideBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

        // Below all that a file, the environment or the command line says.
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = [new("Logging:LogLevel:Default", "Information"), new("Logging:LogLevel:Microsoft", "Warning"), new("Logging:LogLevel:Orleans", "Warning"), new("Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host", "None")],
        });
        var silo = new SiloOptions();
        if (SettingsCheck.Bind(builder.Configuration.GetSection(SiloOptions.Section), silo) is { Count: > 0 } faults)
        {
            throw new InvalidOperationException($"The configuration is not valid: {string.Join(' ', faults)}");
        }

        var apps = silo.Apps.Select(Load).ToList();

        builder.WebHost.UseUrls(silo.Http);

        // The queues are drained first, then the silo leaves its cluster: the host must wait for both.
        var drain = builder.Configuration.GetValue<TimeSpan?>($"{EventideOptions.Section}:{nameof(EventideOptions.DrainTimeout)}") ?? new EventideOptions().DrainTimeout;
        var patience = drain + silo.LeaveTimeout;
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = patience);
        builder.UseOrleans(orleans => Configure(orleans, silo, apps, configure));

        var app = builder.Build();
        app.Lifetime.ApplicationStopping.Register(() => StopBound.Start(patience, app.Logger, app.Lifetime.ApplicationStopped));
        app.MapGet("/health/live", (EventideMonitor monitor) => monitor.IsHealthy
            ? Results.Text("live")
            : Results.Text("all handler slots of a queue are stuck", statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapGet("/health/ready", (EventideMonitor monitor, IHostApplicationLifetime lifetime) =>
            lifetime.ApplicationStopping.IsCancellationRequested ? Results.Text("stopping", statusCode: StatusCodes.Status503ServiceUnavailable)
            : lifetime.ApplicationStarted.IsCancellationRequested && monitor.IsStarted ? Results.Text("ready")
            : Results.Text("starting", statusCode: StatusCodes.Status503ServiceUnavailable));
        app.MapGet("/stats", (EventideMonitor monitor) => monitor.Stats);
        if (silo.Dashboard)
        {
            app.MapOrleansDashboard("/dashboard");
        }

        return app;
    }

    /// <summary>Builds the program and runs it until it is told to stop and has stopped. What is wrong with its settings, queues or handlers it
    /// tells in a line on standard error.</summary>
    /// <param name="args">As for <see cref="Build"/>.</param>
    /// <param name="configure">Adds queues and handlers in code.</param>
    /// <param name="whenStarted">Called once the silo takes part in its cluster and its queues.</param>
    /// <returns>The exit code: 0, or 2 where the silo could not be set up: a setting, a handler, or a server or port that cannot be had.</returns>
    public static async Task<int> RunAsync(string[] args, Action<EventideBuilder>? configure = null, Func<WebApplication, Task>? whenStarted = null)
    {
        WebApplication app;
        try
        {
            app = Build(args, configure);
            await app.StartAsync();
        }
        catch (Exception e) when (SetupFault.Explain(e) is { } why)
        {
            await Console.Error.WriteLineAsync($"eventide-silo: {why}");
            return 2;
        }

        if (whenStarted is not null)
        {
            await whenStarted(app);
        }

        await WaitForEndAsync(app);
        return 0;
    }

    /// <summary>Waits until a program that runs is told to stop and has stopped.</summary>
    /// <param name="app">The program, started.</param>
    public static async Task WaitForEndAsync(WebApplication app)
    {
        await HostingAbstractionsHostExtensions.WaitForShutdownAsync(app);

        // A handler that keeps its thread keeps its grain, and so its silo, from being disposed of. All that it had is given back by now.
        await Task.WhenAny(app.DisposeAsync().AsTask(), Task.Delay(TimeSpan.FromSeconds(5)));
    }

    private static void Configure(ISiloBuilder orleans, SiloOptions silo, List<Assembly> apps, Action<EventideBuilder>? configure)
    {
        orleans.Services.AddSerializer(serializer => apps.ForEach(app => serializer.AddAssembly(app)));
        orleans.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = silo.ClusterId;
            options.ServiceId = silo.ServiceId;
        });
        if (silo.Kubernetes)
        {
            UseKubernetes(orleans, silo);
        }
        else
        {
            orleans.ConfigureEndpoints(Resolve(silo.Address), silo.SiloPort, silo.GatewayPort, listenOnAnyHostAddress: silo.Address != "127.0.0.1");
        }

        if (silo.Redis is { } redis)
        {
            var server = ConfigurationOptions.Parse(redis);
            orleans.UseRedisClustering(options => options.ConfigurationOptions = server);
            orleans.UseRedisGrainDirectoryAsDefault((RedisGrainDirectoryOptions options) => options.ConfigurationOptions = server);
            orleans.AddRedisGrainStorageAsDefault((RedisStorageOptions options) => options.ConfigurationOptions = server);
            orleans.UseRedisReminderService(options => options.ConfigurationOptions = server);
        }
        else
        {
            orleans.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, silo.PrimaryPort ?? silo.SiloPort));
            orleans.AddMemoryGrainStorageAsDefault();
            orleans.UseInMemoryReminderService();
        }

        // Orleans refuses periods below a minute, unless told that they are meant.
        orleans.Services.AddOptions<ReminderOptions>().Configure<IOptions<EventideSiloOptions>>((reminders, eventide) =>
            reminders.MinimumReminderPeriod = eventide.Value.ReminderPeriod < reminders.MinimumReminderPeriod ? eventide.Value.ReminderPeriod : reminders.MinimumReminderPeriod);

        if (silo.Dashboard)
        {
            orleans.AddDashboard();
        }

        orleans.AddEventide(eventide =>
        {
            eventide.Services.AddRedisStreams();
            eventide.Services.AddCloudflareQueues();
            eventide.AddQueueProvider<SqsQueueProvider>();
            apps.ForEach(app => eventide.AddHandlersFrom(app));
            configure?.Invoke(eventide);
        });
    }

#if EVENTIDE_KUBERNETES
    private static void UseKubernetes(ISiloBuilder orleans, SiloOptions silo)
    {
        orleans.UseKubernetesHosting();
        orleans.Configure<EndpointOptions>(options =>
        {
            options.SiloPort = silo.SiloPort;
            options.GatewayPort = silo.GatewayPort;
        });
    }
#else
    private static void UseKubernetes(ISiloBuilder orleans, SiloOptions silo) => throw new InvalidOperationException(string.Create(
        CultureInfo.InvariantCulture,
        $"Silo:Kubernetes is true, but this program was built without Orleans' Kubernetes hosting (ports {silo.SiloPort}, {silo.GatewayPort}, {orleans.GetType().Name}); build it with -p:EventideKubernetes=true."));
#endif

    private static IPAddress Resolve(string address) =>
        IPAddress.TryParse(address, out var ip) ? ip
        : Array.Find(Dns.GetHostAddresses(address), a => a.AddressFamily == AddressFamily.InterNetwork)
            ?? throw new InvalidOperationException($"Silo:Address '{address}' has no IPv4 address; expected an IP address or a host name that has one.");

    private static Assembly Load(string path)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            throw new InvalidOperationException($"Silo:Apps names '{path}', but there is no file {full}; expected the path of an assembly with handlers.");
        }

        // Its dependencies stand beside it.
        var resolver = new AssemblyDependencyResolver(full);
        AssemblyLoadContext.Default.Resolving += (context, name) => resolver.ResolveAssemblyToPath(name) is { } dependency ? context.LoadFromAssemblyPath(dependency) : null;
        return AssemblyLoadContext.Default.LoadFromAssemblyPath(full);
    }
}
