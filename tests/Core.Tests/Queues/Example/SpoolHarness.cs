using Eventide.Queues.Conformance;
using Eventide.Tests;

namespace Eventide.Core.Tests.Queues.Example;

// [provider-harness]
public sealed class SpoolHarness : QueueHarness
{
    private readonly FakeTime _time = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("eventide-spool-").FullName;
    private readonly SpoolQueueProvider _provider;

    public SpoolHarness() => _provider = new SpoolQueueProvider(_time);

    public override TimeProvider Time => _time;

    public override TimeSpan TimeTolerance => TimeSpan.Zero;

    private QueueUri Uri => QueueUri.Parse($"spool:{_directory}");

    public override ValueTask StartAsync() => ValueTask.CompletedTask;

    public override ValueTask<IQueueReceiver> OpenReceiverAsync() => _provider.OpenReceiverAsync(Uri, default);

    public override ValueTask<IQueueSender> OpenSenderAsync() => _provider.OpenSenderAsync(Uri, default);

    public override Task PassTimeAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return base.DisposeAsync();
    }
}
// [/provider-harness]
