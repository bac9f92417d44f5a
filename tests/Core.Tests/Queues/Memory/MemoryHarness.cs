using Eventide.Queues;
using Eventide.Queues.Conformance;
using Eventide.Tests;

namespace Eventide.Core.Tests.Queues;

public sealed class MemoryHarness : QueueHarness
{
    private readonly FakeTime _time = new();
    private readonly MemoryQueueProvider _provider;

    public MemoryHarness() => _provider = new MemoryQueueProvider(new MemoryBroker(_time));

    public override TimeProvider Time => _time;

    public override TimeSpan TimeTolerance => TimeSpan.Zero;

    public override int LargestBody => 8 * 1024 * 1024;

    public override int RaceRounds => 2000;

    private static QueueUri Uri => QueueUri.Parse("memory:orders");

    public override ValueTask StartAsync() => ValueTask.CompletedTask;

    public override ValueTask<IQueueReceiver> OpenReceiverAsync() => _provider.OpenReceiverAsync(Uri, default);

    public override ValueTask<IQueueSender> OpenSenderAsync() => _provider.OpenSenderAsync(Uri, default);

    public override ValueTask<IQueueAdmin?> OpenAdminAsync() => _provider.OpenAdminAsync(Uri, default);

    public override Task PassTimeAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}
