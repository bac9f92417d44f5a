namespace Eventide.Orleans;

/// <summary>A place in which one handler at a time runs on a silo, with a handler worker of its own: of workers that are shared, Orleans
/// may put a call behind another one's though others are idle, and that other may take its time.</summary>
internal sealed class SiloSlot(AttemptSlot attempt, IHandlerWorker worker)
{
    private HandlerCall? _call;

    public AttemptSlot Attempt { get; } = attempt;

    public IHandlerWorker Worker { get; } = worker;

    /// <summary>The call under way, or null.</summary>
    public HandlerCall? Call { get => Volatile.Read(ref _call); set => Volatile.Write(ref _call, value); }
}
