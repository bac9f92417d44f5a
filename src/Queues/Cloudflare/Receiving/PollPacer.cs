namespace Eventide.Queues.Cloudflare.Receiving;

/// <summary>Says when to pull next: at once while messages come, then at intervals that double from the shortest to the longest.
/// The server does not wait for messages, so this side does.</summary>
internal sealed class PollPacer(TimeSpan shortest, TimeSpan longest, TimeProvider time)
{
    private TimeSpan _interval;
    private long _lastEmpty;

    /// <summary>How long to wait before the next pull.</summary>
    public TimeSpan Pause
    {
        get
        {
            var left = _interval - time.GetElapsedTime(_lastEmpty);
            return _interval > TimeSpan.Zero && left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void CameEmpty()
    {
        _interval = _interval == TimeSpan.Zero ? shortest : TimeSpan.FromTicks(Math.Min(_interval.Ticks * 2, longest.Ticks));
        _lastEmpty = time.GetTimestamp();
    }

    public void CameFull() => _interval = TimeSpan.Zero;
}
