namespace Eventide.Orleans;

/// <summary>The steps between which a silo can die; see <see cref="SchedulingProbe"/>.</summary>
internal enum SchedulingStep
{
    ReminderSet,
    Stored,
    Sent,
    Noted,
}
