namespace Eventide;

internal sealed partial class QueueWorker : IWatchedWorker;
