namespace Eventide;

/// <summary>What the monitor sees of a queue's worker, whichever engine it belongs to.</summary>
internal interface IWatchedWorker
{
    /// <summary>Its queue.</summary>
    string Name { get; }

    /// <summary>Whether it is the one that tells its queue's backlog.</summary>
    bool TellsBacklog => true;

    /// <summary>What it has done and is doing.</summary>
    WorkerStats Stats { get; }

    /// <summary>Whether it can handle nothing any more.</summary>
    bool IsStalled { get; }

    /// <summary>Notes how much waits in its queue; null where that is not known.</summary>
    void SetBacklog(QueueStats? backlog);
}
