using System.Text.Json.Nodes;

namespace Eventide.Queues.Cloudflare.Tests.Stub;

/// <summary>A request as the stub received it.</summary>
public sealed record StubRequest(string Method, string Path, JsonNode? Body, DateTimeOffset At);
