using Eventide.Queues;

namespace Eventide.Core.Tests.Queues;

/// <summary>A file of a test's own, removed with it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("eventide-file-").FullName;

    public TemporaryFile(string? content = null)
    {
        if (content is not null)
        {
            System.IO.File.WriteAllText(Path, content);
        }
    }

    public string Path => System.IO.Path.Combine(_directory, "queue.ndjson");

    public FileQueue Queue => new(Path);

    public string Text => System.IO.File.ReadAllText(Path);

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
