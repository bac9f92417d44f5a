using Microsoft.AspNetCore.Http;

namespace Eventide.Queues.Cloudflare.Tests.Stub;

/// <summary>Something that goes wrong with the next request whose path ends so.</summary>
/// <param name="PathEnd">The end of the path.</param>
/// <param name="Answer">Answers instead of the stub; <see langword="null"/> to let the stub answer.</param>
/// <param name="Before">Runs before the stub answers.</param>
/// <param name="After">Runs when the stub has done its work and before it answers.</param>
public sealed record StubFault(string PathEnd, Func<HttpContext, Task>? Answer = null, Func<Task>? Before = null, Func<HttpContext, Task>? After = null);
