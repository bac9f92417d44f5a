using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests;

/// <summary>A reminder table outside the silos, as a database is.</summary>
internal sealed class SharedReminders : IReminderTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(GrainId Grain, string Name), ReminderEntry> _rows = [];

    public int Writes { get; private set; }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _rows.Count;
            }
        }
    }

    public Task<ReminderTableData> ReadRows(GrainId grainId)
    {
        lock (_lock)
        {
            return Task.FromResult(new ReminderTableData(_rows.Values.Where(r => r.GrainId.Equals(grainId)).ToList()));
        }
    }

    public Task<ReminderTableData> ReadRows(uint begin, uint end)
    {
        lock (_lock)
        {
            return Task.FromResult(new ReminderTableData(_rows.Values.Where(r => IsIn(r.GrainId.GetUniformHashCode(), begin, end)).ToList()));
        }
    }

    public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.GetValueOrDefault((grainId, reminderName)));
        }
    }

    public Task<string?> UpsertRow(ReminderEntry entry)
    {
        lock (_lock)
        {
            Writes++;
            entry.ETag = Guid.NewGuid().ToString();
            _rows[(entry.GrainId, entry.ReminderName)] = entry;
            return Task.FromResult<string?>(entry.ETag);
        }
    }

    public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.TryGetValue((grainId, reminderName), out var row) && row.ETag == eTag && _rows.Remove((grainId, reminderName)));
        }
    }

    public Task TestOnlyClearTable()
    {
        lock (_lock)
        {
            _rows.Clear();
            return Task.CompletedTask;
        }
    }

    private static bool IsIn(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    /// <summary>One silo's connection to it.</summary>
    public IReminderTable For(SiloCord cord) => new Connection(this, cord);

    private sealed class Connection(SharedReminders reminders, SiloCord cord) : IReminderTable
    {
        public Task<ReminderTableData> ReadRows(GrainId grainId)
        {
            cord.Check();
            return reminders.ReadRows(grainId);
        }

        public Task<ReminderTableData> ReadRows(uint begin, uint end)
        {
            cord.Check();
            return reminders.ReadRows(begin, end);
        }

        public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
        {
            cord.Check();
            return reminders.ReadRow(grainId, reminderName);
        }

        public Task<string?> UpsertRow(ReminderEntry entry)
        {
            cord.Check();
            return reminders.UpsertRow(entry);
        }

        public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
        {
            cord.Check();
            return reminders.RemoveRow(grainId, reminderName, eTag);
        }

        public Task TestOnlyClearTable() => reminders.TestOnlyClearTable();
    }
}
