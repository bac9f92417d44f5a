namespace Eventide.Orleans;

internal sealed partial class SiloQueue
{
    /// <summary>Sends a dead letter of a message that the cluster holds.</summary>
    /// <returns>Whether it is confirmed.</returns>
    public Task<bool> SendDeadLetterAsync(Message message, HandlerFailure failure, DateTimeOffset firstFailure)
    {
        Memory.FirstFailures.Remember(message.Id, firstFailure);
        return SendDeadLetterAsync(new Delivery(new LeasedMessage(message, null)), failure);
    }

    /// <summary>Counts and tells a retry of a message that the cluster holds.</summary>
    public void NoteRetry(Message message, Settlement settlement) => CountRetry(message, settlement);

    protected override void Acknowledge(Delivery delivery) => ((RoutedDelivery)delivery).Acknowledge();

    protected override void Release(Delivery delivery, TimeSpan delay, bool uncounted) => ((RoutedDelivery)delivery).Release(delay, uncounted);

    protected override void Forget(Delivery delivery, TimeSpan lease) => ((RoutedDelivery)delivery).Forget();

    protected override void Keep(Delivery delivery) => ((RoutedDelivery)delivery).Keep();

    protected override void Start(Delivery delivery)
    {
        Enqueue(delivery);
        WakeSlots();
    }

    /// <summary>Whether a failure is kept by a delivery grain: where there is an order to keep, only the queue can hold back the rest.</summary>
    protected override bool KeepsRetries(Delivery delivery) => delivery.Lane is null && Silo.Retries == RetryMode.Grain;

    protected override async Task<bool> TryHoldAsync(Delivery delivery, Settlement settlement)
    {
        var message = delivery.Message;
        Interlocked.Increment(ref _holding);
        try
        {
            await _silo.Deliveries.HoldAsync(Name, message, settlement, FirstFailureOf(message), Time.GetUtcNow() + settlement.Delay);
            CountRetry(message, settlement);
            Memory.FirstFailures.Forget(message.Id);
            return true;
        }
        catch (Exception e)
        {
            Logger.HoldFailed(message, e);
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _holding);
            _wake.SetIfWaiting();
        }
    }

    protected override ValueTask<bool> IsHeldAsync(Delivery delivery, HandlerRuntime handler) =>
        KeepsRetries(delivery) ? _silo.Deliveries.HasAsync(Name, delivery.Message, handler.Name) : new(false);

    // When it failed first, as far as this silo knows.
    private DateTimeOffset FirstFailureOf(Message message) => Memory.FirstFailures.TryGet(message.Id, out var first) ? first : Time.GetUtcNow();
}
