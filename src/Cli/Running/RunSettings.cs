namespace Eventide.Cli;

/// <summary>What <c>eventide run</c> was asked for.</summary>
internal sealed record RunSettings
{
    public required AppSettings App { get; init; }

    public string? Queue { get; init; }

    public string? DeadLetter { get; init; }

    public int? Concurrency { get; init; }

    public bool UntilEmpty { get; init; }

    public bool Json { get; init; }
}
