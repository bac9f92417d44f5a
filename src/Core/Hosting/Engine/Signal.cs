namespace Eventide;

/// <summary>Wakes one waiter; a signal given while nobody waits is kept for the next.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore's wait handle is never asked for; late signals must not throw.")]
internal sealed class Signal
{
    private readonly SemaphoreSlim _semaphore = new(0, 1);
    private int _set;
    private volatile bool _isWaiting;

    public void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0)
        {
            _semaphore.Release();
        }
    }

    /// <summary>As <see cref="Set"/>, but almost free while nobody waits; for changes that the waiter looks at before it waits.</summary>
    public void SetIfWaiting()
    {
        if (_isWaiting)
        {
            Set();
        }
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        _isWaiting = true;
        try
        {
            await _semaphore.WaitAsync(cancellationToken);

            // A full fence: what the waiter looks at now must not have been read before this.
            Interlocked.Exchange(ref _set, 0);
        }
        finally
        {
            _isWaiting = false;
        }
    }
}
