using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Eventide.Cli;

/// <summary>Standard output and standard error. Results go to the one, all else to the other. A reader who has gone away ends the
/// output, not the work.</summary>
internal sealed class CliConsole
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _lock = new();
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Stream _error = Console.OpenStandardError();
    private volatile IAnsiConsole? _live;
    private bool _outputGone = StandardDescriptor.IsClosed(1);
    private bool _errorGone = StandardDescriptor.IsClosed(2);

    /// <summary>Opens both.</summary>
    public CliConsole()
    {
        if (_outputGone)
        {
            Console.SetOut(TextWriter.Null);
        }

        if (_errorGone)
        {
            Console.SetError(TextWriter.Null);
        }
    }

    /// <summary>Whether standard output is a person's terminal.</summary>
    public bool IsTerminal { get; } = !Console.IsOutputRedirected;

    /// <summary>Whether standard error is a person's terminal: then there can be live progress on it.</summary>
    public bool IsErrorTerminal { get; } = !Console.IsErrorRedirected;

    /// <summary>Writes a line of the result.</summary>
    public void WriteLine(string line) => Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Writes one JSON object as a line of the result.</summary>
    public void WriteJson(Action<Utf8JsonWriter> members)
    {
        var line = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(line, JsonOptions))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        Write(line.WrittenSpan);
    }

    /// <summary>Draws a table, or whatever it is, as a part of the result: with colours on a terminal, as plain wide text elsewhere.</summary>
    public void Write(Spectre.Console.Rendering.IRenderable renderable)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(text),
            Ansi = IsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = IsTerminal ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = IsTerminal ? Math.Max(40, Console.WindowWidth) : 200;
        console.Write(renderable);
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n'))
        {
            WriteLine(line.TrimEnd());
        }
    }

    /// <summary>Writes a line of news or of an error.</summary>
    public void WriteError(string line)
    {
        if (_live is { } live)
        {
            live.WriteLine(line);
            return;
        }

        lock (_lock)
        {
            _errorGone = _errorGone || !TryWrite(_error, Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    /// <summary>Says what was wrong.</summary>
    public void Fail(string message) => WriteError($"eventide: {message}");

    /// <summary>Shows a line on the terminal's standard error that changes until the work is done; other lines pass above it.</summary>
    /// <param name="status">What to show now, without markup.</param>
    /// <param name="work">The work.</param>
    /// <param name="interval">How often the line changes.</param>
    public async Task WithStatusAsync(Func<string> status, Task work, TimeSpan interval)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Status().StartAsync(Markup.Escape(status()), async context =>
        {
            _live = console;
            try
            {
                using var timer = new PeriodicTimer(interval);
                while (!work.IsCompleted)
                {
                    await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask());
                    context.Status(Markup.Escape(status()));
                }
            }
            finally
            {
                _live = null;
            }
        });
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _outputGone = _outputGone || !TryWrite(_output, bytes);
        }
    }

    private static bool TryWrite(Stream stream, ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
            stream.Flush();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody reads any more (or, "bad file descriptor", ever did): the work goes on without being watched.
            return false;
        }
    }
}
