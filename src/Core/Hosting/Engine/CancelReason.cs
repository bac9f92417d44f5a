namespace Eventide;

/// <summary>Why a running handler was asked to stop.</summary>
internal enum CancelReason
{
    None = 0,
    Timeout = 1,
    LeaseLost = 2,
    Shutdown = 3,
}
