namespace Eventide;

/// <summary>One handler as a worker runs it.</summary>
internal sealed record HandlerRuntime(string Name, HandlerPipeline Pipeline, RetryPolicy Retry, TimeSpan Timeout);
