namespace Eventide.Silo;

/// <summary>The settings of the silo program, bound from the configuration section <c>Silo</c>. What concerns queues, handlers and retries
/// is in the sections <c>Eventide</c> and <c>EventideSilo</c>.</summary>
public sealed class SiloOptions
{
    /// <summary>The configuration section that is bound: <c>Silo</c>.</summary>
    public const string Section = "Silo";

    /// <summary>The cluster that this silo joins: silos with the same id find each other. Default <c>eventide</c>.</summary>
    public string ClusterId { get; set; } = "eventide";

    /// <summary>The service whose stored state and reminders this is; unlike the cluster's id it stays over deployments. Default <c>eventide</c>.</summary>
    public string ServiceId { get; set; } = "eventide";

    /// <summary>The address under which other silos reach this one: an IP address, or a host name to be looked up. Default <c>127.0.0.1</c>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port for other silos. Default 11111; from 1 to 65535.</summary>
    public int SiloPort { get; set; } = 11_111;

    /// <summary>The port for clients. Default 30000; 0 for none.</summary>
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>Without Redis: the silo port of the first silo on this machine, which the others join; default this silo's own. Such a
    /// cluster keeps its members, retries and schedules in the first silo's memory.</summary>
    public int? PrimaryPort { get; set; }

    /// <summary>The redis-server that keeps members, grain directory, delivery state and reminders: a StackExchange.Redis configuration
    /// such as <c>localhost:6379</c>. Default none: all of it is in memory.</summary>
    public string? Redis { get; set; }

    /// <summary>Where health and the dashboard are served. Default <c>http://127.0.0.1:8080</c>.</summary>
    public string Http { get; set; } = "http://127.0.0.1:8080";

    /// <summary>How long leaving the cluster may take at shutdown, once the queues are left (which <c>Eventide:DrainTimeout</c> bounds).
    /// Default 20 s; from zero. A few seconds later the process ends, left or not: without its tables a silo would try for ever.</summary>
    public TimeSpan LeaveTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether the Orleans dashboard is served under <c>/dashboard</c>. Default false. It has no log-in of its own: leave
    /// <see cref="Http"/> on the loopback address, or put something before it that has.</summary>
    public bool Dashboard { get; set; }

    /// <summary>Whether the cluster's members are kept in step with Kubernetes' pods. Default false. Needs a build with <c>EventideKubernetes=true</c>.</summary>
    public bool Kubernetes { get; set; }

    /// <summary>The assemblies whose handlers, handler grains and start-up classes are used, besides those given in code.</summary>
    public IList<string> Apps { get; } = [];
}
