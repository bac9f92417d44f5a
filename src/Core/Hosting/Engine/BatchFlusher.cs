namespace Eventide;

/// <summary>Collects items and hands them on in batches: a full batch at once, a part of one when <see cref="Kick"/> is called and
/// nothing is under way (group commit). So batches grow with the load, and a lone item never waits for a timer.</summary>
/// <param name="maxBatch">The most items of one batch.</param>
/// <param name="parallelism">The most batches under way at once.</param>
/// <param name="flush">Hands a batch on; throws nothing.</param>
/// <param name="flushed">Told after each batch, when it no longer counts as unfinished: whoever is woken by it finds it gone.</param>
internal sealed class BatchFlusher<T>(int maxBatch, int parallelism, Func<List<T>, Task> flush, Action? flushed = null)
{
    private readonly Lock _lock = new();
    private List<T> _pending = new(Math.Min(maxBatch, 64));
    private int _running;
    private int _unfinished;
    private TaskCompletionSource? _idle;

    /// <summary>Items added and not yet flushed.</summary>
    public int Unfinished => Volatile.Read(ref _unfinished);

    /// <summary>Adds an item; flushes when the batch is full.</summary>
    public void Add(T item)
    {
        List<T>? batch = null;
        lock (_lock)
        {
            _pending.Add(item);
            _unfinished++;
            if (_pending.Count >= maxBatch && _running < parallelism)
            {
                batch = TakeBatch();
            }
        }

        if (batch is not null)
        {
            _ = RunAsync(batch);
        }
    }

    /// <summary>Adds items; flushes what makes full batches.</summary>
    public void AddRange(List<T> items)
    {
        List<List<T>>? batches = null;
        lock (_lock)
        {
            _pending.AddRange(items);
            _unfinished += items.Count;
            while (_pending.Count >= maxBatch && _running < parallelism)
            {
                (batches ??= []).Add(TakeBatch());
            }
        }

        batches?.ForEach(batch => _ = RunAsync(batch));
    }

    /// <summary>Flushes what is there, unless a flush is under way: then that one goes on with it.</summary>
    public void Kick()
    {
        if (Volatile.Read(ref _unfinished) == 0)
        {
            return;
        }

        List<T>? batch = null;
        lock (_lock)
        {
            if (_pending.Count > 0 && _running == 0)
            {
                batch = TakeBatch();
            }
        }

        if (batch is not null)
        {
            _ = RunAsync(batch);
        }
    }

    /// <summary>Flushes all, and waits until it is done.</summary>
    public Task DrainAsync()
    {
        Task done;
        lock (_lock)
        {
            if (_unfinished == 0)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            done = _idle.Task;
        }

        Kick();
        return done;
    }

    private List<T> TakeBatch()
    {
        _running++;
        if (_pending.Count <= maxBatch)
        {
            var all = _pending;
            _pending = new List<T>(Math.Min(maxBatch, Math.Max(4, all.Count)));
            return all;
        }

        var batch = _pending.GetRange(0, maxBatch);
        _pending.RemoveRange(0, maxBatch);
        return batch;
    }

    private async Task RunAsync(List<T> batch)
    {
        while (true)
        {
            // The flush function handles its failures itself: it has nobody to throw to.
            await flush(batch);
            TaskCompletionSource? idle = null;
            lock (_lock)
            {
                _running--;
                _unfinished -= batch.Count;
                if (_pending.Count == 0 || (_running > 0 && _pending.Count < maxBatch))
                {
                    if (_unfinished == 0)
                    {
                        idle = _idle;
                        _idle = null;
                    }

                    batch = null!;
                }
                else
                {
                    batch = TakeBatch();
                }
            }

            idle?.SetResult();
            flushed?.Invoke();
            if (batch is null)
            {
                return;
            }
        }
    }
}
