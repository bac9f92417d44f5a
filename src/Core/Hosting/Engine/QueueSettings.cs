namespace Eventide;

/// <summary>The settings of one queue's worker, with the options' defaults filled in.</summary>
internal sealed record QueueSettings
{
    private static readonly TimeSpan MostLastWord = TimeSpan.FromSeconds(5);

    public required int Concurrency { get; init; }

    public required int? BufferSize { get; init; }

    public required long MaxBufferedBytes { get; init; }

    public required TimeSpan Lease { get; init; }

    public required TimeSpan StuckAfter { get; init; }

    public required TimeSpan DrainTimeout { get; init; }

    public required TimeSpan MaxBackoff { get; init; }

    public required UnmatchedPolicy Unmatched { get; init; }

    public required int CrashAllowance { get; init; }

    public required bool UntilEmpty { get; init; }

    public string? OrderBy { get; init; }

    /// <summary>How long, at the end of the drain time, handlers whose token was cancelled have to say so.</summary>
    public TimeSpan LastWord => StuckAfter < MostLastWord ? StuckAfter : MostLastWord;
}
