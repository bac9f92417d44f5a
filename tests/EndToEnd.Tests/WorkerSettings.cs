using System.Globalization;

namespace Eventide.EndToEnd.Tests;

/// <summary>How a worker of a test is set up; given to it by its environment, as a container's is.</summary>
internal sealed record WorkerSettings
{
    public int Concurrency { get; init; } = 32;

    /// <summary>How long a message takes.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>How long others wait for the messages of one that was killed.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether poison is handled like all else.</summary>
    public bool IsCured { get; init; }

    public Dictionary<string, string> Environment(string journals) => new(StringComparer.Ordinal)
    {
        ["EVENTIDE__CONCURRENCY"] = Concurrency.ToString(CultureInfo.InvariantCulture),
        ["EVENTIDE__LEASE"] = Lease.ToString("c", CultureInfo.InvariantCulture),
        ["EVENTIDE__DRAINTIMEOUT"] = DrainTimeout.ToString("c", CultureInfo.InvariantCulture),
        ["EVENTIDE_TEST_JOURNAL"] = journals,
        ["EVENTIDE_TEST_PAUSE_MS"] = ((int)Pause.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        ["EVENTIDE_TEST_CURED"] = IsCured ? "1" : "0",
        ["AWS_ACCESS_KEY_ID"] = "test",
        ["AWS_SECRET_ACCESS_KEY"] = "test",
    };
}
