namespace Eventide;

/// <summary>A queue opened by code instead of by URI.</summary>
internal sealed record QueueRegistration(
    string Name,
    Func<IServiceProvider, CancellationToken, ValueTask<IQueueReceiver>> Open,
    Func<IServiceProvider, CancellationToken, ValueTask<IQueueSender>>? OpenDeadLetter,
    Func<IServiceProvider, CancellationToken, ValueTask<IQueueSender>>? OpenSender = null);
