using System.Runtime.InteropServices;

namespace Eventide.Cli;

/// <summary>SIGINT and SIGTERM: the first asks to finish, the second to end at once.</summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource _finish = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    public Signals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Finish => _finish.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Abort => _abort.Token;

    /// <summary>Told of the first signal, before <see cref="Finish"/> is cancelled.</summary>
    public Action<PosixSignal>? OnFirst { get; set; }

    /// <summary>Told of the second signal, before <see cref="Abort"/> is cancelled.</summary>
    public Action<PosixSignal>? OnSecond { get; set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _finish.Dispose();
        _abort.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        switch (Interlocked.Increment(ref _count))
        {
            case 1:
                OnFirst?.Invoke(context.Signal);
                _finish.Cancel();
                break;
            case 2:
                OnSecond?.Invoke(context.Signal);
                _abort.Cancel();
                break;
            default:
                break;
        }
    }
}
