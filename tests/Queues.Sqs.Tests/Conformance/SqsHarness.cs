using System.Globalization;
using Eventide.Queues.Conformance;
using Eventide.Tests;

namespace Eventide.Queues.Sqs.Tests.Conformance;

/// <summary>A standard queue of fauxqs, behind a proxy that can break connections.</summary>
public class SqsHarness : QueueHarness
{
    private TcpProxy? _proxy;
    private string _name = "";

    public override TimeSpan ShortLease => TimeSpan.FromSeconds(3);

    public override int LargestBody => 1_048_576;

    // A standard queue's group is for fairness, and fauxqs drops it.
    public override bool CarriesGroups => false;

    public override bool CanBreakConnections => true;

    protected virtual bool IsFifo => false;

    public override async ValueTask StartAsync()
    {
        var fauxqs = (await TestContext.Current.GetFixture<Fauxqs>())!;
        fauxqs.Need();
        _name = await fauxqs.CreateAsync(IsFifo);
        _proxy = new TcpProxy(fauxqs.Port);
    }

    public override ValueTask<IQueueReceiver> OpenReceiverAsync() => Provider.OpenReceiverAsync(Uri, TestContext.Current.CancellationToken);

    public override ValueTask<IQueueSender> OpenSenderAsync() => Provider.OpenSenderAsync(Uri, TestContext.Current.CancellationToken);

    public override ValueTask<IQueueAdmin?> OpenAdminAsync() => Provider.OpenAdminAsync(Uri, TestContext.Current.CancellationToken);

    public override Task CutConnectionsAsync()
    {
        _proxy!.Cut();
        return Task.CompletedTask;
    }

    public override Task FallSilentAsync()
    {
        _proxy!.FallSilent();
        return Task.CompletedTask;
    }

    public override Task ResumeAsync()
    {
        _proxy!.Resume();
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    // Short limits, so that a silent connection is given up within a test's bound.
    private static SqsQueueProvider Provider =>
        new(new SqsQueueOptions { RequestTimeout = TimeSpan.FromSeconds(3), LongPoll = TimeSpan.FromSeconds(2), MaxRetries = 1 });

    private QueueUri Uri => QueueUri.Parse($"sqs:{_name}?endpoint=http://127.0.0.1:{_proxy!.Port.ToString(CultureInfo.InvariantCulture)}");
}
