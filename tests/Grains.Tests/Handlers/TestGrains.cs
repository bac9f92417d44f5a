using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

#pragma warning disable MA0048 // One file: they are found by the silos of every test, each by the name of its queue.
namespace Eventide.Orleans.Tests.Handlers;

/// <summary>Notes what it is given, and how often it was.</summary>
public abstract class NotingGrain : Grain, IHandlerGrain
{
    private readonly Guid _activation = Guid.NewGuid();
    private int _seen;
    private int _inside;

    private protected GrainLog Log => (GrainLog)ServiceProvider.GetService(typeof(GrainLog))!;

    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var here = ((ILocalSiloDetails)ServiceProvider.GetService(typeof(ILocalSiloDetails))!).SiloAddress;
        var overlapped = Interlocked.Increment(ref _inside) > 1;
        Log.Enter();
        try
        {
            Log.Entries.Enqueue(new GrainLog.Entry(this.GetPrimaryKeyString(), _activation, here, message, ++_seen, overlapped));
            return await WorkAsync(message, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
            Log.Leave();
        }
    }

    protected virtual async Task<HandlerResult> WorkAsync(Message message, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return HandlerResult.Success;
    }
}

[Handler("queue == 'by-group'")]
public sealed class ByGroupGrain : NotingGrain;

[Handler("queue == 'by-key'")]
[HandlerGrain(Key = "body.customer.id")]
public sealed class ByKeyGrain : NotingGrain
{
    protected override async Task<HandlerResult> WorkAsync(Message message, CancellationToken cancellationToken)
    {
        await Task.Delay(5, cancellationToken);
        return HandlerResult.Success;
    }
}

[Handler("queue == 'beside'")]
[StatelessWorker]
public sealed class BesideGrain : NotingGrain;

public sealed class CardDeclinedException(string message, string issuer) : Exception(message)
{
    public string Issuer { get; } = issuer;
}

public sealed class OutOfStockException(string message) : Exception(message);

[Handler("queue == 'failing'", RetryFor = [typeof(CardDeclinedException)], RetryLimit = 2, MinBackoffSeconds = 0.01, MaxBackoffSeconds = 0.02)]
public sealed class FailingGrain : NotingGrain
{
    protected override Task<HandlerResult> WorkAsync(Message message, CancellationToken cancellationToken) => message.Json.GetProperty("fault").GetString() switch
    {
        "stock" => throw new OutOfStockException("none left"),
        "card" => throw new CardDeclinedException("card 42 declined", "bank"),
        "silo" => throw new SiloUnavailableException("another grain's"),
        "connection" => throw new ConnectionFailedException("another grain's"),
        _ => Task.FromResult(HandlerResult.DeadLetter("not wanted")),
    };
}

// Time enough for a call to reach its grain on a busy machine: one that is cancelled on its way never enters it.
[Handler("queue == 'slow'", TimeoutSeconds = 3, RetryLimit = 0)]
public sealed class SlowGrain : NotingGrain
{
    protected override async Task<HandlerResult> WorkAsync(Message message, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref Log.Cancelled);
            throw;
        }

        return HandlerResult.Success;
    }
}

[Handler("queue == 'deaf'", TimeoutSeconds = 3)]
public sealed class DeafGrain : NotingGrain
{
    protected override async Task<HandlerResult> WorkAsync(Message message, CancellationToken cancellationToken)
    {
        await Log.Gate.Task;
        return HandlerResult.Success;
    }
}

[Handler("queue == 'dying'", RetryFor = [typeof(CardDeclinedException)], MinBackoffSeconds = 0.01, MaxBackoffSeconds = 0.02)]
public sealed class DyingGrain : NotingGrain
{
    protected override async Task<HandlerResult> WorkAsync(Message message, CancellationToken cancellationToken)
    {
        await Log.Gate.Task.WaitAsync(cancellationToken);
        return HandlerResult.Success;
    }
}

[Handler("queue == 'never'", TimeoutSeconds = 600)]
public sealed class NeverGrain : NotingGrain
{
    protected override async Task<HandlerResult> WorkAsync(Message message, CancellationToken cancellationToken)
    {
        await Log.Gate.Task;
        return HandlerResult.Success;
    }
}

[Handler("queue == 'never-beside'", TimeoutSeconds = 600)]
[StatelessWorker]
public sealed class NeverBesideGrain : NotingGrain
{
    protected override async Task<HandlerResult> WorkAsync(Message message, CancellationToken cancellationToken)
    {
        await Log.Gate.Task;
        return HandlerResult.Success;
    }
}
