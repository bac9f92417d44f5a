using System.Globalization;
using System.Text;

namespace EndToEnd.Handlers;

/// <summary>What this process has handled: a file of its own in the folder that EVENTIDE_TEST_JOURNAL names, one line a message (number and
/// attempt). Each line is one write to the system, with no buffer of ours: kill -9 loses none that was written.</summary>
public sealed class Journal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream _file;

    /// <summary>Opens the file.</summary>
    public Journal()
    {
        var folder = Environment.GetEnvironmentVariable("EVENTIDE_TEST_JOURNAL")
            ?? throw new InvalidOperationException("EVENTIDE_TEST_JOURNAL is not set; expected the folder of the journals.");
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}.journal"));
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    }

    /// <summary>Writes a line.</summary>
    /// <param name="number">The message's number.</param>
    /// <param name="attempt">Which delivery it was.</param>
    public void Write(int number, int attempt)
    {
        var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number} {attempt}\n"));
        lock (_lock)
        {
            _file.Write(line);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
