using System.Text;

namespace Eventide.Cli.Tests.Support;

/// <summary>A folder of a test's own, gone after it.</summary>
internal sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("eventide-cli-");

    public string this[string name] => System.IO.Path.Combine(_folder.FullName, name);

    public string Path => _folder.FullName;

    public string Write(string name, params string[] lines)
    {
        File.WriteAllText(this[name], string.Concat(lines.Select(l => l + "\n")));
        return this[name];
    }

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string[] Lines(string name) => File.Exists(this[name]) ? File.ReadAllLines(this[name], Encoding.UTF8) : [];

    public void Dispose() => _folder.Delete(recursive: true);
}
