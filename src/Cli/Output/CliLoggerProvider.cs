using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Eventide.Cli;

/// <summary>Logs as short lines on standard error or, with <c>--json</c>, as JSON lines on standard output.</summary>
internal sealed class CliLoggerProvider(CliConsole console, bool json, TimeProvider time) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new CliLogger(console, json, time, categoryName);

    public void Dispose()
    {
        // The console is everybody's.
    }

    private sealed class CliLogger(CliConsole console, bool json, TimeProvider time, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            if (json)
            {
                console.WriteJson(writer => Write(writer, logLevel, eventId, state, exception, formatter));
                return;
            }

            var line = $"{time.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {Name(logLevel),-5} {formatter(state, exception)}";

            // A retry says in its line what went wrong; where nothing comes after, one wants to know where.
            console.WriteError(exception is not null && logLevel >= LogLevel.Error ? $"{line}{Environment.NewLine}{exception}" : line);
        }

        private void Write<TState>(Utf8JsonWriter writer, LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            writer.WriteString("event", "log");
            writer.WriteString("time", time.GetUtcNow().UtcDateTime);
            writer.WriteString("level", Name(level));
            writer.WriteString("category", category);
            if (id.Id != 0)
            {
                writer.WriteNumber("id", id.Id);
            }

            if (id.Name is not null)
            {
                writer.WriteString("name", id.Name);
            }

            writer.WriteString("message", Wellformed(formatter(state, exception)));
            if (state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values)
            {
                writer.WriteStartObject("values");
                foreach (var (key, value) in values)
                {
                    if (key != "{OriginalFormat}")
                    {
                        WriteValue(writer, key, value);
                    }
                }

                writer.WriteEndObject();
            }

            if (exception is not null)
            {
                writer.WriteString("exception", Wellformed(exception.ToString()));
            }
        }

        private static void WriteValue(Utf8JsonWriter writer, string key, object? value)
        {
            switch (value)
            {
                case null:
                    writer.WriteNull(key);
                    break;
                case int or long or short or byte:
                    writer.WriteNumber(key, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
                case bool flag:
                    writer.WriteBoolean(key, flag);
                    break;
                case DateTimeOffset moment:
                    writer.WriteString(key, moment.UtcDateTime);
                    break;
                case TimeSpan duration:
                    writer.WriteNumber(key, duration.TotalSeconds);
                    break;
                default:
                    writer.WriteString(key, Wellformed(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                    break;
            }
        }

        // What a message brought may hold half a surrogate pair, which is not text.
        private static string Wellformed(string text)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (char.IsSurrogate(text[i]))
                {
                    return string.Concat(text.EnumerateRunes().Select(r => r.ToString()));
                }
            }

            return text;
        }

        private static string Name(LogLevel level) => level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "error",
            _ => "fatal",
        };
    }
}
