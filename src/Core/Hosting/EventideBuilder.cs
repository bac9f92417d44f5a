using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide;

/// <summary>Sets up a worker: its queues, handlers, middleware and hooks.</summary>
public sealed class EventideBuilder
{
    private JsonSerializerOptions _json = JsonSerializerOptions.Web;

    internal EventideBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services, for handlers' dependencies.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Changes options in code; runs after those of the configuration are bound.</summary>
    /// <param name="configure">Changes them.</param>
    public EventideBuilder Configure(Action<EventideOptions> configure)
    {
        Services.Configure(configure);
        return this;
    }

    /// <summary>Names the one queue of the worker.</summary>
    /// <param name="uri">Its URI.</param>
    /// <param name="deadLetter">The URI of its dead-letter queue; <see langword="null"/> for the one that the queue itself names.</param>
    public EventideBuilder Queue(string uri, string? deadLetter = null) => Configure(options =>
    {
        options.Queue = uri;
        options.DeadLetter = deadLetter ?? options.DeadLetter;
    });

    /// <summary>Adds a queue opened by code, for providers' typed options and for providers of your own.</summary>
    /// <param name="name">The name under which handlers ask for it (<see cref="HandlerAttribute.Queues"/>) and settings in
    /// <see cref="EventideOptions.Queues"/> apply, but for the URI. Messages, logs and metrics show the receiver's own name.</param>
    /// <param name="open">Opens it for receiving.</param>
    /// <param name="openDeadLetter">Opens its dead-letter queue; <see langword="null"/> for the one that the queue itself names.</param>
    /// <param name="openSender">Opens it for sending, where something is scheduled for it by this name (<see cref="IMessageScheduler"/>).</param>
    public EventideBuilder Queue(
        string name,
        Func<IServiceProvider, CancellationToken, ValueTask<IQueueReceiver>> open,
        Func<IServiceProvider, CancellationToken, ValueTask<IQueueSender>>? openDeadLetter = null,
        Func<IServiceProvider, CancellationToken, ValueTask<IQueueSender>>? openSender = null)
    {
        Services.AddSingleton(new QueueRegistration(name, open, openDeadLetter, openSender));
        return this;
    }

    /// <summary>Adds a recurring schedule: at each tick a message is sent to a queue. One of this name in the configuration is replaced.</summary>
    /// <param name="name">Its name; messages carry it, and a cluster knows it by that.</param>
    /// <param name="cron">When, as <see cref="CronSchedule"/> reads it: <c>0 3 * * *</c>, <c>@hourly</c>.</param>
    /// <param name="body">The message's body. Default: a JSON object of the schedule's name and the tick.</param>
    /// <param name="queue">Where to: the name of a configured queue, or a queue URI. Default: the worker's queue, where it has only one.</param>
    /// <param name="configure">Sets what else there is: time zone, attributes, group, what becomes of missed ticks.</param>
    public EventideBuilder Schedule(string name, string cron, string? body = null, string? queue = null, Action<ScheduleOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(cron);
        return Configure(options =>
        {
            var schedule = new ScheduleOptions { Cron = cron, Body = body, Queue = queue };
            configure?.Invoke(schedule);
            options.Schedules[name] = schedule;
        });
    }

    /// <summary>Adds a kind of queue that can then be named by URI.</summary>
    /// <typeparam name="TProvider">The provider; made by the host's services.</typeparam>
    public EventideBuilder AddQueueProvider<TProvider>()
        where TProvider : class, IQueueProvider
    {
        Services.AddSingleton<IQueueProvider, TProvider>();
        return this;
    }

    /// <summary>How typed handlers' bodies are read, for those added after this call. Default <see cref="JsonSerializerOptions.Web"/>;
    /// give one with a generated <c>TypeInfoResolver</c> to read without reflection.</summary>
    /// <param name="options">The options.</param>
    public EventideBuilder UseJson(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _json = options;
        return this;
    }

    /// <summary>Adds a handler class by its <see cref="HandlerAttribute"/>.</summary>
    /// <typeparam name="THandler">The class.</typeparam>
    /// <exception cref="InvalidOperationException">The class is no handler, or has no attribute.</exception>
    public EventideBuilder AddHandler<THandler>()
        where THandler : class => AddHandler(typeof(THandler));

    /// <summary>Adds a handler class by its <see cref="HandlerAttribute"/>.</summary>
    /// <param name="type">The class.</param>
    /// <exception cref="InvalidOperationException">The class is no handler, or has no attribute.</exception>
    public EventideBuilder AddHandler(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var attribute = type.GetCustomAttribute<HandlerAttribute>()
            ?? throw new InvalidOperationException($"{type.FullName} has no [Handler(\"rule\")] attribute; add one, or register it with its rules in code.");
        return AddHandler(HandlerFactory.FromType(Services, type, attribute, _json));
    }

    /// <summary>Adds a handler class with rules given in code; an attribute it may have is not looked at.</summary>
    /// <typeparam name="THandler">The class.</typeparam>
    /// <param name="handler">The rules and settings.</param>
    public EventideBuilder AddHandler<THandler>(HandlerAttribute handler)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(handler);
        return AddHandler(HandlerFactory.FromType(Services, typeof(THandler), handler, _json));
    }

    /// <summary>Adds a handler described by hand; the way for predicates and for engines.</summary>
    /// <param name="descriptor">The handler.</param>
    public EventideBuilder AddHandler(HandlerDescriptor descriptor)
    {
        Services.AddSingleton(descriptor);
        return this;
    }

    /// <summary>Runs the <see cref="IEventideStartup"/> classes of an assembly, then adds every class that has a
    /// <see cref="HandlerAttribute"/> and is a handler.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <exception cref="InvalidOperationException">A class has the attribute but is no handler.</exception>
    public EventideBuilder AddHandlersFrom(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var types = assembly.GetTypes().Where(t => t.IsClass).OrderBy(t => t.FullName, StringComparer.Ordinal).ToList();

        // Start-up code first, whatever its name: it may say how bodies are read, and register handlers' lifetimes.
        foreach (var type in types.Where(t => !t.IsAbstract && typeof(IEventideStartup).IsAssignableFrom(t)))
        {
            ((IEventideStartup)Activator.CreateInstance(type)!).Configure(this);
        }

        // A handler grain is found by its silo, through the grain manifest.
        foreach (var type in types.Where(t => t.IsDefined(typeof(HandlerAttribute)) && !t.GetInterfaces().Any(i => i.FullName == "Eventide.Orleans.IHandlerGrain")))
        {
            AddHandler(type);
        }

        return this;
    }

    /// <summary>Adds a lambda as a handler.</summary>
    /// <param name="rule">A JMESPath rule over the message document; <see langword="null"/> for every message.</param>
    /// <param name="handle">Handles a message.</param>
    /// <param name="name">The handler's name; the rule by default.</param>
    public EventideBuilder Handle(string? rule, Func<Message, CancellationToken, Task<HandlerResult>> handle, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return AddLambda(rule, name, context => handle(context.Message, context.CancellationToken));
    }

    /// <summary>Adds a lambda as a handler; it succeeds when it returns.</summary>
    /// <param name="rule">A JMESPath rule over the message document; <see langword="null"/> for every message.</param>
    /// <param name="handle">Handles a message.</param>
    /// <param name="name">The handler's name; the rule by default.</param>
    public EventideBuilder Handle(string? rule, Func<Message, CancellationToken, Task> handle, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return AddLambda(rule, name, async context =>
        {
            await handle(context.Message, context.CancellationToken);
            return HandlerResult.Success;
        });
    }

    /// <summary>Adds a lambda as a handler; it succeeds when it returns.</summary>
    /// <param name="rule">A JMESPath rule over the message document; <see langword="null"/> for every message.</param>
    /// <param name="handle">Handles a message, synchronously.</param>
    /// <param name="name">The handler's name; the rule by default.</param>
    public EventideBuilder Handle(string? rule, Action<Message> handle, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return AddLambda(rule, name, context =>
        {
            handle(context.Message);
            return HandlerResult.Done;
        });
    }

    /// <summary>Adds a lambda as a handler.</summary>
    /// <param name="rule">A JMESPath rule over the message document; <see langword="null"/> for every message.</param>
    /// <param name="handle">Handles a message.</param>
    /// <param name="name">The handler's name; the rule by default.</param>
    public EventideBuilder Handle(string? rule, Func<Message, Task<HandlerResult>> handle, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return AddLambda(rule, name, context => handle(context.Message));
    }

    /// <summary>Adds a lambda as a handler; it succeeds when its task ends.</summary>
    /// <param name="rule">A JMESPath rule over the message document; <see langword="null"/> for every message.</param>
    /// <param name="handle">Handles a message.</param>
    /// <param name="name">The handler's name; the rule by default.</param>
    public EventideBuilder Handle(string? rule, Func<Message, Task> handle, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return Handle(rule, (message, _) => handle(message), name);
    }

    /// <summary>Adds a lambda as a handler of bodies read as a <typeparamref name="TBody"/>.</summary>
    /// <typeparam name="TBody">The type of the body.</typeparam>
    /// <param name="rule">A JMESPath rule over the message document; <see langword="null"/> for every message.</param>
    /// <param name="handle">Handles a message.</param>
    /// <param name="name">The handler's name; the rule by default.</param>
    public EventideBuilder Handle<TBody>(string? rule, Func<TBody, Message, CancellationToken, Task<HandlerResult>> handle, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var json = _json;
        return AddLambda(rule, name, context => handle(HandlerFactory.ReadBody<TBody>(context.Message, json), context.Message, context.CancellationToken));
    }

    /// <summary>Adds middleware around all handlers; the first added is the outermost. One instance serves all.</summary>
    /// <typeparam name="TMiddleware">The class; made by the host's services.</typeparam>
    public EventideBuilder Use<TMiddleware>()
        where TMiddleware : class, IMessageMiddleware
    {
        Services.AddSingleton<IMessageMiddleware, TMiddleware>();
        return this;
    }

    /// <summary>Adds middleware around all handlers; the first added is the outermost.</summary>
    /// <param name="middleware">Runs an attempt by calling its second argument.</param>
    public EventideBuilder Use(Func<MessageContext, MessageDelegate, Task<HandlerResult>> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        Services.AddSingleton<IMessageMiddleware>(new LambdaMiddleware(middleware));
        return this;
    }

    /// <summary>Adds hooks.</summary>
    /// <typeparam name="THooks">The class; made by the host's services.</typeparam>
    public EventideBuilder AddHooks<THooks>()
        where THooks : EventideHooks
    {
        Services.AddSingleton<EventideHooks, THooks>();
        return this;
    }

    /// <summary>Adds hooks.</summary>
    /// <param name="hooks">The hooks.</param>
    public EventideBuilder AddHooks(EventideHooks hooks)
    {
        Services.AddSingleton(hooks);
        return this;
    }

    private EventideBuilder AddLambda(string? rule, string? name, MessageDelegate call)
    {
        // A rule may stand twice; the names made of it may not.
        var made = name ?? rule ?? "every message";
        var taken = name is null
            ? Services.Count(s => s.ImplementationInstance is HandlerDescriptor known && (known.Name == made || known.Name.StartsWith(made + " (", StringComparison.Ordinal)))
            : 0;
        return AddHandler(new HandlerDescriptor(taken == 0 ? made : $"{made} ({taken + 1})", _ => call) { Rules = rule is null ? [] : [rule] });
    }
}
