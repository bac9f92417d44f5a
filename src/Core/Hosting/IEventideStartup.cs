namespace Eventide;

/// <summary>Sets up a worker from code in an assembly of handlers that a host loads (<c>eventide run --app Handlers.dll</c>):
/// services, lambdas, middleware, hooks. Found by assembly scan; needs a constructor without parameters.</summary>
public interface IEventideStartup
{
    /// <summary>Adds to the worker. Handler classes with <see cref="HandlerAttribute"/> are found without it.</summary>
    /// <param name="eventide">The worker to be.</param>
    void Configure(EventideBuilder eventide);
}
