using Eventide.Queues;
using Eventide.Queues.Conformance;
using Eventide.Tests;

namespace Eventide.Core.Tests.Queues;

public sealed class FileHarness : QueueHarness
{
    private readonly FakeTime _time = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("eventide-file-").FullName;
    private readonly FileQueueProvider _provider;

    public FileHarness() => _provider = new FileQueueProvider(_time, new FileQueueOptions { MaxLineBytes = 8 * 1024 * 1024 });

    public override TimeProvider Time => _time;

    public override TimeSpan TimeTolerance => TimeSpan.Zero;

    public override bool SharesMessages => false;

    public override bool IsLive => false;

    public override int LargestBody => 8 * 1024 * 1024 - 100;

    private QueueUri Uri => QueueUri.Parse($"file:{_directory}/queue.ndjson");

    public override async ValueTask StartAsync()
    {
        await using var admin = await OpenAdminAsync();
        await admin!.CreateAsync(default);
    }

    public override ValueTask<IQueueReceiver> OpenReceiverAsync() => _provider.OpenReceiverAsync(Uri, default);

    public override ValueTask<IQueueSender> OpenSenderAsync() => _provider.OpenSenderAsync(Uri, default);

    public override ValueTask<IQueueAdmin?> OpenAdminAsync() => _provider.OpenAdminAsync(Uri, default);

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
