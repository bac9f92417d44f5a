using System.Collections.Concurrent;
using Orleans.GrainDirectory;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>The grain directory of routers: since a partition's stream is named after its silo, and only that one's agents read it,
/// nobody else need know where its router is. So no router waits for another silo, dead or alive, to be found.</summary>
internal sealed class RouterDirectory : IGrainDirectory
{
    public const string Name = "Eventide.Routers";

    private readonly ConcurrentDictionary<GrainId, GrainAddress> _here = new();

    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(_here.GetOrAdd(address.GrainId, address));

    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress)
    {
        if (previousAddress is not null)
        {
            Remove(previousAddress);
        }

        return Register(address);
    }

    public Task Unregister(GrainAddress address)
    {
        Remove(address);
        return Task.CompletedTask;
    }

    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult(_here.GetValueOrDefault(grainId));

    public Task UnregisterSilos(List<SiloAddress> siloAddresses)
    {
        foreach (var (_, address) in _here)
        {
            if (address.SiloAddress is { } silo && siloAddresses.Contains(silo))
            {
                Remove(address);
            }
        }

        return Task.CompletedTask;
    }

    private void Remove(GrainAddress address)
    {
        if (_here.TryGetValue(address.GrainId, out var known) && known.ActivationId.Equals(address.ActivationId))
        {
            _here.TryRemove(new KeyValuePair<GrainId, GrainAddress>(address.GrainId, known));
        }
    }
}
