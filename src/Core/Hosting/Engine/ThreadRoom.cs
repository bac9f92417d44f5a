namespace Eventide;

/// <summary>Room in the process's thread pool for handlers that block their thread, so that receiving, the renewals of leases and the
/// broker's replies never wait for the pool to grow, which it does by one or two threads a second.</summary>
internal sealed class ThreadRoom : IDisposable
{
    // A queue of more slots than this is taken to have handlers that await.
    private const int MostOfOneQueue = 256;

    private static readonly Lock Gate = new();
    private static int s_reserved;

    private int _count;

    private ThreadRoom(int count) => _count = count;

    /// <summary>Lets the pool start as many threads at once as the slots of all queues that hold a reservation, and some for the
    /// rest. The pool's minimum is only ever raised: somebody else may need what it is.</summary>
    public static ThreadRoom Reserve(int slots)
    {
        var room = new ThreadRoom(Math.Min(slots, MostOfOneQueue));
        lock (Gate)
        {
            s_reserved += room._count;
            ThreadPool.GetMinThreads(out var workers, out var completion);
            ThreadPool.GetMaxThreads(out var most, out _);
            var wanted = Math.Min(most, s_reserved + Environment.ProcessorCount + 4);
            if (workers < wanted)
            {
                ThreadPool.SetMinThreads(wanted, completion);
            }
        }

        return room;
    }

    public void Dispose()
    {
        lock (Gate)
        {
            s_reserved -= _count;
            _count = 0;
        }
    }
}
