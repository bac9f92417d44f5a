using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>Makes one of Eventide's queues a persistent stream provider. Opens the queue, so that what is wrong with it stops the start.</summary>
internal sealed class EventideQueueAdapterFactory(string provider, SiloQueues queues) : IQueueAdapterFactory
{
    private EventideQueueAdapter? _adapter;
    private PartitionMapper? _mapper;

    public async Task<IQueueAdapter> CreateAdapter()
    {
        var queue = await queues.OpenAsync(provider, CancellationToken.None);
        _mapper = new PartitionMapper(queue);
        return _adapter = new EventideQueueAdapter(provider, queue, queues.Options.BatchSize);
    }

    public IQueueAdapterCache GetQueueAdapterCache() => _adapter!;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper!;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());
}
