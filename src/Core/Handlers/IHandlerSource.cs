namespace Eventide;

/// <summary>Finds handlers that are known only once the host's services are: an engine's own kinds of handler.</summary>
internal interface IHandlerSource
{
    /// <summary>The handlers, in a fixed order; they follow those that are registered one by one.</summary>
    IEnumerable<HandlerDescriptor> Handlers { get; }
}
