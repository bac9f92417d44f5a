using Microsoft.Extensions.Logging;

namespace Eventide.Silo;

/// <summary>Ends the process where the host does not end in its time: Orleans goes on trying to write that it leaves, whatever the host's
/// patience, for as long as its membership table cannot be reached.</summary>
internal static partial class StopBound
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Watches a host that has been told to stop.</summary>
    /// <param name="patience">How long the host has.</param>
    /// <param name="logger">Where it is said why the process ended.</param>
    /// <param name="stopped">Cancelled when the host has stopped: then its process is its own affair.</param>
    public static void Start(TimeSpan patience, ILogger logger, CancellationToken stopped)
    {
        // A thread of its own: a pool whose threads are all taken cannot hold it up. It does not keep the process alive.
        var thread = new Thread(() =>
        {
            if (!stopped.WaitHandle.WaitOne(patience + Grace))
            {
                NotLeft(logger, patience + Grace);
                Environment.Exit(1);
            }
        })
        { IsBackground = true, Name = "Eventide stop" };
        thread.Start();
    }

    [LoggerMessage(530, LogLevel.Critical, "The silo has not left its cluster within {Patience}; the process ends all the same, and the other silos find it dead.")]
    private static partial void NotLeft(ILogger logger, TimeSpan patience);
}
