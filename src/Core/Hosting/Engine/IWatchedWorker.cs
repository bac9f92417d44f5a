namespace Eventide;

/// <summary>What the monitor sees of a queue's worker, whichever engine it belongs to.</summary>
internal interface IWatchedWorker
{
    /// <summary>What it has done and is doing.</summary>
    WorkerStats Stats { get; }

    /// <summary>Whether it can handle nothing any more.</summary>
    bool IsStalled { get; }
}
