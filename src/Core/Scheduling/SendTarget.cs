namespace Eventide;

/// <summary>A queue to be sent to.</summary>
/// <param name="Key">What names it, without secrets: the configured name, or the URI as it may be shown.</param>
/// <param name="Uri">Where it is; <see langword="null"/> where code opens it.</param>
/// <param name="Registration">The code that opens it, or <see langword="null"/>.</param>
internal sealed record SendTarget(string Key, QueueUri? Uri, QueueRegistration? Registration);
