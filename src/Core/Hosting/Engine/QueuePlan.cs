namespace Eventide;

/// <summary>One queue that is to be worked, before it is opened.</summary>
/// <param name="Name">The name under which handlers ask for it; <see langword="null"/> for the worker's one unnamed queue.</param>
/// <param name="Options">Its own settings.</param>
/// <param name="Uri">Where it is; <see langword="null"/> where code opens it.</param>
/// <param name="Registration">The code that opens it, or <see langword="null"/>.</param>
internal sealed record QueuePlan(string? Name, QueueOptions Options, QueueUri? Uri, QueueRegistration? Registration);
