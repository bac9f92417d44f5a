using System.Collections.Concurrent;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Eventide.Orleans.Tests;

/// <summary>Grain storage outside the silos, with etags, as a database is.</summary>
internal sealed class SharedStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (string Json, string Etag)> _rows = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public int Count => _rows.Count;

    public int Writes;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_rows.TryGetValue($"{stateName}/{grainId}", out var row))
        {
            grainState.State = JsonSerializer.Deserialize<T>(row.Json)!;
            grainState.ETag = row.Etag;
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null!;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
        {
            var key = $"{stateName}/{grainId}";
            Check(key, grainState.ETag);
            var etag = Guid.NewGuid().ToString();
            _rows[key] = (JsonSerializer.Serialize(grainState.State), etag);
            grainState.ETag = etag;
            grainState.RecordExists = true;
            Writes++;
            return Task.CompletedTask;
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
        {
            var key = $"{stateName}/{grainId}";
            Check(key, grainState.ETag);
            _rows.TryRemove(key, out _);
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null!;
            grainState.RecordExists = false;
            return Task.CompletedTask;
        }
    }

    private void Check(string key, string? etag)
    {
        var stored = _rows.TryGetValue(key, out var row) ? row.Etag : null;
        if (stored != etag)
        {
            throw new InconsistentStateException($"{key} was written by another", stored ?? "none", etag ?? "none");
        }
    }

    /// <summary>One silo's connection to it.</summary>
    public IGrainStorage For(SiloCord cord) => new Connection(this, cord);

    private sealed class Connection(SharedStorage storage, SiloCord cord) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            cord.Check();
            return storage.ReadStateAsync(stateName, grainId, grainState);
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            cord.Check();
            return storage.WriteStateAsync(stateName, grainId, grainState);
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            cord.Check();
            return storage.ClearStateAsync(stateName, grainId, grainState);
        }
    }
}
