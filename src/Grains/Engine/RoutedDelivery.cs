namespace Eventide.Orleans;

/// <summary>A delivery as the router's silo sees it, whichever silo holds its lease.</summary>
internal abstract class RoutedDelivery(LeasedMessage leased) : Delivery(leased)
{
    /// <summary>Where the message goes; set by the router.</summary>
    public RouteResult Routes { get; set; }

    /// <summary>The slot that runs it, while it runs.</summary>
    public AttemptSlot? Attempt { get; set; }

    /// <summary>Settles it as done.</summary>
    public abstract void Acknowledge();

    /// <summary>Gives it back to its queue.</summary>
    public abstract void Release(TimeSpan delay, bool uncounted);

    /// <summary>Lets go of it without a word to the queue: its lease is lost, or runs out by itself.</summary>
    public abstract void Forget();

    /// <summary>Keeps its lease while something slow is done about it.</summary>
    public abstract void Keep();
}
