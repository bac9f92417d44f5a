using System.Globalization;

namespace Eventide.Queues.Conformance;

/// <summary>What the conformance tests need of one kind of queue. A test makes one harness, which makes one queue of its own, empty
/// and used by nobody else, and removes it again. Only the abstract members must be given; the others describe what the
/// queue cannot do, or open the way to tests that are skipped otherwise.</summary>
public abstract class QueueHarness : IAsyncDisposable
{
    /// <summary>Where the queue takes its time from. Must agree with <see cref="PassTimeAsync"/>. The system's clock by default.</summary>
    public virtual TimeProvider Time => TimeProvider.System;

    /// <summary>The lease asked for where a test lets it run out: as short as the queue allows. 2 s by default; a queue of a server that
    /// keeps the time needs enough for a busy machine to do a call or two.</summary>
    public virtual TimeSpan ShortLease => TimeSpan.FromSeconds(2);

    /// <summary>The lease asked for where it must not run out. 1 min by default; a test never waits for it.</summary>
    public virtual TimeSpan LongLease => TimeSpan.FromMinutes(1);

    /// <summary>The delay used where a test waits for it. 2 s by default.</summary>
    public virtual TimeSpan ShortDelay => TimeSpan.FromSeconds(2);

    /// <summary>Beyond a lease's or a delay's end, how much later the queue may deliver: its own polling and rounding. 1 s by default.</summary>
    public virtual TimeSpan TimeTolerance => TimeSpan.FromSeconds(1);

    /// <summary>How long a test waits at most, in real time, for what must come. 30 s by default.</summary>
    public virtual TimeSpan Bound => TimeSpan.FromSeconds(30);

    /// <summary>Whether receivers of one queue compete for its messages. False for a file, of which each reads all.</summary>
    public virtual bool SharesMessages => true;

    /// <summary>Whether what is sent after a receiver was opened reaches it. False for a file that is read once.</summary>
    public virtual bool IsLive => true;

    /// <summary>Whether bodies may be any bytes, and not UTF-8 text only. True by default.</summary>
    public virtual bool CarriesBinary => true;

    /// <summary>Whether messages carry attributes. True by default.</summary>
    public virtual bool CarriesAttributes => true;

    /// <summary>Whether messages carry their group. True by default.</summary>
    public virtual bool CarriesGroups => true;

    /// <summary>The length in bytes of the largest body that the queue takes and the tests shall try. 256 KiB by default.</summary>
    public virtual int LargestBody => 256 * 1024;

    /// <summary>How often the races between a cancelled receive and a send are repeated. 50 by default.</summary>
    public virtual int RaceRounds => 50;

    /// <summary>Whether <see cref="RestartServerAsync"/> works.</summary>
    public virtual bool CanRestartServer => false;

    /// <summary>Whether <see cref="CutConnectionsAsync"/>, <see cref="FallSilentAsync"/> and <see cref="ResumeAsync"/> work.</summary>
    public virtual bool CanBreakConnections => false;

    /// <summary>Starts what is needed and creates the queue. May call <see cref="Assert.Skip(string)"/> where the server is not to be had.</summary>
    public abstract ValueTask StartAsync();

    /// <summary>Opens a receiver on the queue. The tests dispose of it.</summary>
    public abstract ValueTask<IQueueReceiver> OpenReceiverAsync();

    /// <summary>Opens a sender to the queue. The tests dispose of it.</summary>
    public abstract ValueTask<IQueueSender> OpenSenderAsync();

    /// <summary>Opens the way to look at the queue, or returns <see langword="null"/> where there is none. The tests dispose of it.</summary>
    public virtual ValueTask<IQueueAdmin?> OpenAdminAsync() => new((IQueueAdmin?)null);

    /// <summary>Lets time pass for the queue: moves its clock where it is the test's, waits where it is a server's.</summary>
    /// <param name="time">How much.</param>
    public virtual Task PassTimeAsync(TimeSpan time) => Task.Delay(time, TimeProvider.System);

    /// <summary>Completes a message before it is sent, with what this kind of queue cannot do without (a FIFO queue's group, say).</summary>
    /// <param name="message">The message as the test made it.</param>
    public virtual OutgoingMessage Prepare(OutgoingMessage message) => message;

    /// <summary>A body that differs from those of other numbers; JSON by default.</summary>
    /// <param name="number">The number.</param>
    public virtual byte[] Body(int number) =>
        System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"number\":{number}}}"));

    /// <summary>Stops the server hard and starts it again, its messages kept.</summary>
    public virtual Task RestartServerAsync() => throw new NotSupportedException();

    /// <summary>Resets every connection to the server; new ones work.</summary>
    public virtual Task CutConnectionsAsync() => throw new NotSupportedException();

    /// <summary>Leaves every connection open but carries nothing more on it, nor on new ones, until <see cref="ResumeAsync"/>.</summary>
    public virtual Task FallSilentAsync() => throw new NotSupportedException();

    /// <summary>Carries new connections again; those that fell silent may stay so.</summary>
    public virtual Task ResumeAsync() => throw new NotSupportedException();

    /// <summary>Removes the queue and stops what was started.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
