namespace Eventide.Queues.Redis;

/// <summary>What a sweep brought.</summary>
/// <param name="DueIn">In how many milliseconds something else becomes due; -1 where nothing is known to.</param>
/// <param name="Moved">How many delayed sends went into the stream.</param>
/// <param name="Gone">How many entries were found deleted.</param>
/// <param name="Error">Why not all delayed sends could be moved, or empty.</param>
/// <param name="More">Whether there was no room for all entries whose lease ran out.</param>
/// <param name="Entries">The entries, now this consumer's.</param>
internal sealed record SweepResult(long DueIn, long Moved, long Gone, string Error, bool More, List<RawEntry> Entries);
