using System.Globalization;
using System.Text.Json;

namespace Eventide.Cli;

/// <summary>Shows messages.</summary>
internal static class MessagePrinter
{
    private const int ShortBody = 100;

    /// <summary>Writes the document that rules see, as one JSON line.</summary>
    public static void WriteJson(CliConsole console, Message message) => console.WriteJson(w =>
    {
        w.WriteString("id", message.Id);
        w.WriteString("queue", message.Queue);
        w.WriteNumber("attempt", message.Attempt);
        w.WriteString("enqueued_at", message.EnqueuedAt?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        w.WriteString("group", message.Group);
        w.WriteStartObject("attributes");
        foreach (var (name, value) in message.Attributes)
        {
            w.WriteString(name, value);
        }

        w.WriteEndObject();
        w.WritePropertyName("body");
        message.Json.WriteTo(w);
    });

    /// <summary>Writes a message on one line or two: what died of what, first of all.</summary>
    public static void WriteShort(CliConsole console, Message message)
    {
        var death = message.Attributes.TryGetValue(DeadLetterHeaders.Reason, out var reason)
            ? $"  {message.Attributes.GetValueOrDefault(DeadLetterHeaders.Handler, "(no handler)")}, {message.Attributes.GetValueOrDefault(DeadLetterHeaders.LastFailure, "")}: {reason}"
            : "";
        console.WriteLine($"{message.Id}  {OneLine.Shorten(OneLine.Of(message.Text), ShortBody)}");
        if (death.Length > 0)
        {
            console.WriteLine($"  {death}");
        }
    }

    /// <summary>Writes all of a message.</summary>
    public static void WriteFull(CliConsole console, Message message)
    {
        console.WriteLine($"id: {message.Id}");
        console.WriteLine($"queue: {message.Queue}");
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attempt: {message.Attempt}"));
        if (message.EnqueuedAt is { } enqueuedAt)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"enqueued at: {enqueuedAt.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}"));
        }

        if (message.Group is not null)
        {
            console.WriteLine($"group: {message.Group}");
        }

        foreach (var (name, value) in message.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            console.WriteLine($"{name}: {value}");
        }

        console.WriteLine("");
        console.WriteLine(message.IsJson ? JsonSerializer.Serialize(message.Json, Indented) : message.Text);
        console.WriteLine("");
    }

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        MaxDepth = Message.MaxBodyDepth + 1,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
