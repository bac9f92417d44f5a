namespace Eventide.Orleans;

/// <summary>Told as a scheduling grain goes from step to step. Does nothing, unless a test puts its own in its place.</summary>
internal class SchedulingProbe
{
    public virtual Task ReachedAsync(SchedulingStep step, string key) => Task.CompletedTask;
}
