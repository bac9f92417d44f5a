namespace Eventide.Orleans;

/// <summary>The steps between which a silo can die; see <see cref="DeliveryProbe"/>.</summary>
internal enum DeliveryStep
{
    ReminderSet,
    Stored,
    AttemptStored,
    AttemptDone,
    Rescheduled,
    DeadLetterSent,
    Cleared,
}
