namespace Eventide.Orleans;

/// <summary>Told as a delivery grain goes from step to step. Does nothing, unless a test puts its own in its place.</summary>
internal class DeliveryProbe
{
    public virtual Task ReachedAsync(DeliveryStep step, DeliveryState state, string key) => Task.CompletedTask;
}
