namespace Eventide.Queues.Cloudflare.Tests.Stub;

public sealed class StubQueue(string name)
{
    public string Id { get; init; } = Guid.NewGuid().ToString("N");

    public string Name { get; } = name;

    public List<StubMessage> Messages { get; } = [];

    public bool HasPullConsumer { get; set; } = true;

    public int MaxRetries { get; set; } = 100;

    public string? DeadLetterQueue { get; set; }

    public bool IsPaused { get; set; }
}
