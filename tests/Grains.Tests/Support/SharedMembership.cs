using System.Globalization;
using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests;

/// <summary>A membership table outside the silos, as a database is, so that any silo may die, the first one too.</summary>
internal sealed class SharedMembership : IMembershipTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SiloAddress, (MembershipEntry Entry, string Etag)> _rows = [];
    private TableVersion _version = new(0, "0");

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => Task.CompletedTask;

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

    public Task<MembershipTableData> ReadRow(SiloAddress key) => Task.FromResult(Read(key.Equals));

    public Task<MembershipTableData> ReadAll() => Task.FromResult(Read(static _ => true));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => Task.FromResult(Write(entry, null, tableVersion));

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => Task.FromResult(Write(entry, etag, tableVersion));

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        lock (_lock)
        {
            if (_rows.TryGetValue(entry.SiloAddress, out var row))
            {
                row.Entry.IAmAliveTime = entry.IAmAliveTime;
            }
        }

        return Task.CompletedTask;
    }

    private MembershipTableData Read(Func<SiloAddress, bool> wanted)
    {
        lock (_lock)
        {
            return new MembershipTableData([.. _rows.Where(r => wanted(r.Key)).Select(r => Tuple.Create(Copy(r.Value.Entry), r.Value.Etag))], _version);
        }
    }

    private bool Write(MembershipEntry entry, string? etag, TableVersion version)
    {
        lock (_lock)
        {
            if (_rows.GetValueOrDefault(entry.SiloAddress).Etag != etag || _version.VersionEtag != version.VersionEtag)
            {
                return false;
            }

            var next = version.Version.ToString(CultureInfo.InvariantCulture);
            _rows[entry.SiloAddress] = (Copy(entry), next);
            _version = new TableVersion(version.Version, next);
            return true;
        }
    }

    private static MembershipEntry Copy(MembershipEntry entry) => new()
    {
        SiloAddress = entry.SiloAddress,
        Status = entry.Status,
        SuspectTimes = entry.SuspectTimes is { } times ? [.. times] : null!,
        ProxyPort = entry.ProxyPort,
        HostName = entry.HostName,
        SiloName = entry.SiloName,
        RoleName = entry.RoleName,
        UpdateZone = entry.UpdateZone,
        FaultZone = entry.FaultZone,
        StartTime = entry.StartTime,
        IAmAliveTime = entry.IAmAliveTime,
    };
}
