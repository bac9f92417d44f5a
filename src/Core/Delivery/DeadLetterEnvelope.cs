using System.Globalization;
using System.Text;

namespace Eventide;

/// <summary>Makes the message that goes to the dead-letter queue, and the one that comes back from there.</summary>
public static class DeadLetterEnvelope
{
    /// <summary>The longest reason that goes into an attribute, in characters: brokers bound what attributes may weigh.</summary>
    public const int MaxReasonLength = 1024;

    /// <summary>Makes the dead letter of a message: the same body, group and attributes, and the cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="failure">Why it is given up.</param>
    /// <param name="firstFailure">When it failed first.</param>
    /// <param name="lastFailure">When it failed last.</param>
    public static OutgoingMessage Wrap(Message message, HandlerFailure failure, DateTimeOffset firstFailure, DateTimeOffset lastFailure)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(failure);

        var attributes = new Dictionary<string, string>(message.Attributes.Count + 10, StringComparer.Ordinal);
        foreach (var (name, value) in message.Attributes)
        {
            attributes[name] = value;
        }

        // A message that dies a second time tells of its second death; where it first came from stays known.
        if (failure.Handler is not null)
        {
            attributes[DeadLetterHeaders.Handler] = failure.Handler;
        }
        else
        {
            attributes.Remove(DeadLetterHeaders.Handler);
        }

        attributes[DeadLetterHeaders.FailureKind] = failure.Kind.ToString();
        attributes[DeadLetterHeaders.Reason] = OneLine(failure.Reason);
        if (failure.Exception is { } exception)
        {
            attributes[DeadLetterHeaders.ExceptionType] = exception.GetType().FullName ?? exception.GetType().Name;
            attributes[DeadLetterHeaders.StackHash] = StackHash.Of(exception);
        }
        else
        {
            attributes.Remove(DeadLetterHeaders.ExceptionType);
            attributes.Remove(DeadLetterHeaders.StackHash);
        }

        attributes[DeadLetterHeaders.Attempts] = message.Attempt.ToString(CultureInfo.InvariantCulture);
        attributes[DeadLetterHeaders.FirstFailure] = Iso(firstFailure);
        attributes[DeadLetterHeaders.LastFailure] = Iso(lastFailure);
        attributes[DeadLetterHeaders.SourceQueue] = message.Queue;
        attributes[DeadLetterHeaders.SourceId] = message.Id;

        return new OutgoingMessage(message.Body) { Attributes = attributes, Group = message.Group };
    }

    /// <summary>Makes the message that goes back from the dead-letter queue to work: the body, the group and the attributes
    /// that it had before it was given up.</summary>
    /// <param name="deadLetter">The message as the dead-letter queue delivered it.</param>
    public static OutgoingMessage Unwrap(Message deadLetter)
    {
        ArgumentNullException.ThrowIfNull(deadLetter);
        return new OutgoingMessage(deadLetter.Body)
        {
            Group = deadLetter.Group,
            Attributes = deadLetter.Attributes
                .Where(a => !DeadLetterHeaders.IsDeadLetterHeader(a.Key))
                .ToDictionary(StringComparer.Ordinal),
        };
    }

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    // Brokers refuse control characters, and some a split surrogate pair, in attributes.
    private static string OneLine(string text)
    {
        var builder = new StringBuilder(Math.Min(text.Length, MaxReasonLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (builder.Length + rune.Utf16SequenceLength > MaxReasonLength)
            {
                break;
            }

            builder.Append(Rune.IsControl(rune) ? new Rune(' ') : rune);
        }

        return builder.Length == 0 ? "(no reason given)" : builder.ToString();
    }
}
