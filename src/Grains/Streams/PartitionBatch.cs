using Orleans;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>What the pulling agent carries: a batch of one partition's deliveries, as one event.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.PartitionBatch")]
internal sealed class PartitionBatch : IBatchContainer
{
    [Id(0)]
    private readonly LaneItems _items;

    [Id(1)]
    private readonly string _streamKey;

    [Id(2)]
    private EventSequenceTokenV2 _token = new(0);

    public PartitionBatch(string streamKey, string queue, SiloAddress holder)
    {
        _streamKey = streamKey;
        _items = new LaneItems { Queue = queue, Holder = holder };
    }

    public StreamId StreamId => StreamId.Create(StreamNames.Namespace, _streamKey);

    public StreamSequenceToken SequenceToken => _token;

    public int Count => _items.Items.Count;

    public List<LaneItem> Items => _items.Items;

    public void Number(long sequence) => _token = new EventSequenceTokenV2(sequence);

    public void Add(PartitionDelivery delivery) => _items.Items.Add(LaneItem.Of(delivery));

    /// <summary>Takes another batch into this one.</summary>
    public void Append(PartitionBatch other) => _items.Items.AddRange(other._items.Items);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() =>
        _items is T items ? [Tuple.Create<T, StreamSequenceToken>(items, _token)] : [];

    public bool ImportRequestContext() => false;
}
