using System.Collections.Concurrent;
using Eventide.Queues;

namespace Eventide.Orleans.Tests.Scheduling;

/// <summary>A queue to which messages can only be sent, <c>record:name</c>; it keeps all of them, doubles too, and can be out of reach.</summary>
internal sealed class RecordingProvider : IQueueProvider
{
    public ConcurrentQueue<OutgoingMessage> Sent { get; } = new();

    public bool IsOutOfReach { get; set; }

    public int Refused;

    public string UriForm => "record:name";

    public IEnumerable<string> Ticks => Sent.Select(m => m.Attributes[ScheduleHeaders.Tick]);

    public bool Handles(QueueUri uri) => uri.Scheme == "record";

    public ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken) => new(new Sender(this));

    private sealed class Sender(RecordingProvider owner) : IQueueSender
    {
        public string Name => "record";

        public QueueLimits Limits { get; } = new();

        public ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
        {
            if (owner.IsOutOfReach)
            {
                Interlocked.Increment(ref owner.Refused);
                throw new QueueException(Name, "out of reach", isTransient: true);
            }

            foreach (var message in messages)
            {
                owner.Sent.Enqueue(message);
            }

            return new((IReadOnlyList<SendResult>)[.. messages.Select(_ => new SendResult("id"))]);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
