using System.Globalization;
using System.Text;

namespace Eventide.EndToEnd.Tests;

/// <summary>Reads what the recording handlers of all workers of a test have written down.</summary>
internal sealed class Journals : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("eventide-journal-").FullName;

    /// <summary>Every message handled: its number and at which attempt, once for each time that it was.</summary>
    public IReadOnlyList<(int Number, int Attempt)> Read() => [.. Directory.GetFiles(Folder, "*.journal").SelectMany(Read)];

    /// <summary>What one process has handled.</summary>
    public IReadOnlyList<(int Number, int Attempt)> Of(int processId)
    {
        var path = PathOf(processId);
        return File.Exists(path) ? Read(path) : [];
    }

    /// <summary>How many lines there are at least, without reading them: a line has four bytes or more.</summary>
    public long Bytes() => Directory.GetFiles(Folder, "*.journal").Sum(f => new FileInfo(f).Length);

    /// <summary>Waits until so many different messages have been handled.</summary>
    public Task HasAsync(int count, RunningProgram worker, TimeSpan? bound = null) => Eventide.Tests.Eventually.IsTrue(
        () =>
        {
            Assert.False(worker.HasExited, $"The worker ended too soon:\n{worker.Said}");
            return Bytes() >= 4L * count && Read().Select(l => l.Number).Distinct().Count() >= count;
        },
        bound ?? RunningProgram.Bound,
        $"{count} messages handled");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string PathOf(int processId) => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{processId}.journal"));

    private static List<(int Number, int Attempt)> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.ASCII);
        var text = reader.ReadToEnd();
        var lines = new List<(int, int)>();

        // What is after the last end of a line is being written.
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var blank = line.IndexOf(' ', StringComparison.Ordinal);
            lines.Add((int.Parse(line.AsSpan(0, blank), CultureInfo.InvariantCulture), int.Parse(line.AsSpan(blank + 1), CultureInfo.InvariantCulture)));
        }

        return lines;
    }
}
