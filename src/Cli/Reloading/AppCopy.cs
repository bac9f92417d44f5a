namespace Eventide.Cli;

/// <summary>A copy of the folders of an app: handlers that run from it are not in the way of the next build, which writes over files that
/// are in use otherwise.</summary>
internal sealed class AppCopy : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("eventide-reload-");

    private AppCopy(AppSettings app) => App = app;

    /// <summary>The app as it is in the copy.</summary>
    public AppSettings App { get; private set; }

    /// <summary>Copies an app.</summary>
    /// <exception cref="IOException">A file is being written.</exception>
    public static AppCopy Of(AppSettings app)
    {
        var copy = new AppCopy(app);
        try
        {
            var copied = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var path in app.Apps.Select(Path.GetFullPath))
            {
                var folder = Path.GetDirectoryName(path)!;
                if (File.Exists(path) && !copied.ContainsKey(folder))
                {
                    copied[folder] = copy._folder.CreateSubdirectory($"{copied.Count}").FullName;
                    Copy(folder, copied[folder]);
                }
            }

            // What does not exist keeps its path, so that it is told by the name that the user gave.
            copy.App = app with { Apps = [.. app.Apps.Select(p => copied.TryGetValue(Path.GetDirectoryName(Path.GetFullPath(p))!, out var at) ? Path.Combine(at, Path.GetFileName(p)) : p)] };
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where files that were loaded cannot be deleted, the system clears its temporary folder.
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.GetDirectories(from))
        {
            Copy(folder, Directory.CreateDirectory(Path.Combine(to, Path.GetFileName(folder))).FullName);
        }
    }
}
