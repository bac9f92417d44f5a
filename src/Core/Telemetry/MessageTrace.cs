using System.Diagnostics;

namespace Eventide;

/// <summary>Carries W3C trace context through message attributes (W3C Trace Context, and OpenTelemetry's messaging conventions for span names and tags).</summary>
public static class MessageTrace
{
    /// <summary>The attribute that carries the parent's ids.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The attribute that carries vendors' state.</summary>
    public const string TraceState = "tracestate";

    /// <summary>Starts the span of one attempt, as a child of the span in which the message was sent.</summary>
    /// <param name="message">The message.</param>
    /// <param name="handler">The handler's name.</param>
    /// <returns>The span, or <see langword="null"/> where nobody listens.</returns>
    public static Activity? StartProcess(Message message, string handler)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!EventideTelemetry.Source.HasListeners())
        {
            return null;
        }

        message.Attributes.TryGetValue(TraceParent, out var parent);
        message.Attributes.TryGetValue(TraceState, out var state);
        if (!ActivityContext.TryParse(parent, state, isRemote: true, out var context))
        {
            // Sent by somebody who does not trace: the attempt starts a trace of its own.
            context = default;
        }

        var activity = EventideTelemetry.Source.StartActivity($"process {message.Queue}", ActivityKind.Consumer, context);
        return activity?
            .SetTag("messaging.system", "eventide")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", message.Queue)
            .SetTag("messaging.message.id", message.Id)
            .SetTag("messaging.message.body.size", message.Body.Length)
            .SetTag("eventide.handler", handler)
            .SetTag("eventide.attempt", message.Attempt);
    }

    /// <summary>Adds the current span's context to a message that is about to be sent, unless it carries one.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The message with the context, or the same where there is no span.</returns>
    public static OutgoingMessage Inject(OutgoingMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity || message.Attributes.ContainsKey(TraceParent))
        {
            return message;
        }

        var attributes = new Dictionary<string, string>(message.Attributes, StringComparer.Ordinal) { [TraceParent] = id };
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            attributes[TraceState] = activity.TraceStateString;
        }

        return message with { Attributes = attributes };
    }
}
