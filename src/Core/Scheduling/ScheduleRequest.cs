using System.Security.Cryptography;
using System.Text;

namespace Eventide;

/// <summary>What every scheduler checks and makes of a request.</summary>
internal static class ScheduleRequest
{
    /// <summary>Checks a request.</summary>
    /// <exception cref="ArgumentException">The message has a delay, or a name is empty.</exception>
    public static void Check(string queue, OutgoingMessage message, string? id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queue);
        ArgumentNullException.ThrowIfNull(message);
        if (id is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(id);
        }

        if (message.Delay != TimeSpan.Zero)
        {
            throw new ArgumentException($"The message has a delay of {message.Delay:c}; a scheduled message has none, its due date says when it is sent.", nameof(message));
        }
    }

    /// <summary>Checks that a queue can take a message at all: found out now rather than when it is due.</summary>
    /// <exception cref="QueueException">It cannot.</exception>
    public static void Check(IQueueSender sender, OutgoingMessage message)
    {
        var bytes = message.Body.Length + message.Attributes.Sum(a => Encoding.UTF8.GetByteCount(a.Key) + (long)Encoding.UTF8.GetByteCount(a.Value));
        if (bytes > sender.Limits.MaxMessageBytes)
        {
            throw new QueueException(sender.Name, $"the message has {bytes} bytes with its attributes, but the queue takes {sender.Limits.MaxMessageBytes}; send a reference to what is large instead.", isTransient: false);
        }

        if (message.Attributes.Count > sender.Limits.MaxAttributes)
        {
            throw new QueueException(sender.Name, $"the message has {message.Attributes.Count} attributes, but the queue takes {sender.Limits.MaxAttributes}.", isTransient: false);
        }
    }

    /// <summary>A deduplication id made of names: the same for the same names, and of a form and length that every queue takes.</summary>
    public static string DeduplicationId(params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part.Length).Append(':').Append(part);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
