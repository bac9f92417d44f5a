using System.Globalization;
using System.Security.Cryptography;

namespace Eventide.Queues.Redis;

/// <summary>The consumers that one receiver reads as: one for each lease it has been asked for.</summary>
internal sealed class ConsumerNames(string? given)
{
    private readonly Dictionary<long, LeaseConsumer> _byLease = [];
    private readonly string _name = given ?? Generate();
    private LeaseConsumer? _first;

    /// <summary>The name of the first of them.</summary>
    public string Name => _name;

    /// <summary>All of them.</summary>
    public LeaseConsumer[] All
    {
        get
        {
            lock (_byLease)
            {
                return [.. _byLease.Values];
            }
        }
    }

    /// <summary>The consumer that stands for a lease. The first lease has the plain name, since nearly always it is the only one.</summary>
    public LeaseConsumer For(TimeSpan lease)
    {
        // The one that every receive asks for, without a look into the table.
        if (Volatile.Read(ref _first) is { } first && first.Lease == lease)
        {
            return first;
        }

        var milliseconds = Math.Max(1, (long)lease.TotalMilliseconds);
        lock (_byLease)
        {
            if (!_byLease.TryGetValue(milliseconds, out var consumer))
            {
                var name = _first is null ? _name : string.Create(CultureInfo.InvariantCulture, $"{_name}~{milliseconds}ms");
                consumer = new LeaseConsumer(name, TimeSpan.FromMilliseconds(milliseconds));
                _byLease.Add(milliseconds, consumer);
                Volatile.Write(ref _first, _first ?? consumer);
            }

            return consumer;
        }
    }

    private static string Generate() => string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
}
