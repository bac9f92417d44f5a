using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>Makes Eventide's queues a persistent stream provider. Opens all queues, so that what is wrong with one stops the start.</summary>
internal sealed class EventideQueueAdapterFactory(SiloQueues queues) : IQueueAdapterFactory
{
    private readonly EventideQueueAdapter _adapter = new(queues);
    private PartitionMapper? _mapper;

    public async Task<IQueueAdapter> CreateAdapter()
    {
        await queues.OpenAsync(CancellationToken.None);
        return _adapter;
    }

    public IQueueAdapterCache GetQueueAdapterCache() => _adapter;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper ??= new PartitionMapper(queues.All);

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());
}
