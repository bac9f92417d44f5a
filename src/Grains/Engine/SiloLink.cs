using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>Which silo this is, and which are dead.</summary>
internal sealed class SiloLink(ILocalSiloDetails local, ISiloStatusOracle oracle) : ISiloStatusListener
{
    private readonly Lock _lock = new();
    private readonly List<Action<SiloAddress>> _onDeath = [];
    private bool _listening;

    public SiloAddress Here => local.SiloAddress;

    /// <summary>The active silos of the cluster but this one.</summary>
    public IReadOnlyList<SiloAddress> Others => [.. oracle.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(silo => !silo.Equals(Here))];

    public bool IsDead(SiloAddress silo) => oracle.IsDeadSilo(silo);

    /// <summary>Calls back for every silo that dies from now on.</summary>
    public void OnDeath(Action<SiloAddress> callback)
    {
        lock (_lock)
        {
            _onDeath.Add(callback);
            if (!_listening)
            {
                _listening = true;
                oracle.SubscribeToSiloStatusEvents(this);
            }
        }
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status != SiloStatus.Dead)
        {
            return;
        }

        Action<SiloAddress>[] callbacks;
        lock (_lock)
        {
            callbacks = [.. _onDeath];
        }

        Array.ForEach(callbacks, callback => callback(updatedSilo));
    }
}
