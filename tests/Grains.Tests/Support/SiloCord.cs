using Eventide.Queues;

namespace Eventide.Orleans.Tests;

/// <summary>All that ties one silo to what is outside it: its queues, its storage, its reminder table. Cut, nothing of that silo
/// changes anything out there any more, as when its process has been killed, although its threads go on.</summary>
internal sealed class SiloCord(FaultyLeases leases)
{
    private volatile bool _isCut;

    public FaultyLeases Leases { get; } = leases;

    public bool IsCut => _isCut;

    public void Cut() => _isCut = true;

    public void Check()
    {
        if (_isCut)
        {
            throw new QueueException("memory", "the silo is cut off", isTransient: true);
        }
    }
}
