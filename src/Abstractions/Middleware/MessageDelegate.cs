namespace Eventide;

/// <summary>The rest of the way to the handler.</summary>
/// <param name="context">The attempt.</param>
/// <returns>What the handler said.</returns>
public delegate Task<HandlerResult> MessageDelegate(MessageContext context);
