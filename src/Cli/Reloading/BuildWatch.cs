using System.Globalization;

namespace Eventide.Cli;

/// <summary>Notices a new build of an app, or a change of its configuration: by looking now and then, which works on every file system
/// and needs no events that may get lost.</summary>
internal sealed class BuildWatch(AppSettings app, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    private string _last = Look(app);

    /// <summary>Waits until something has changed, and no longer changes: a build writes many files.</summary>
    /// <exception cref="OperationCanceledException">Told to stop.</exception>
    public async Task ChangedAsync(CancellationToken cancellationToken)
    {
        var before = _last;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = Look(app);
            if (now != _last && now == before)
            {
                _last = now;
                return;
            }

            before = now;
        }
    }

    private static string Look(AppSettings app)
    {
        var folders = app.Apps.Select(p => Path.GetDirectoryName(Path.GetFullPath(p))!).Distinct(StringComparer.Ordinal).Where(Directory.Exists);
        var files = folders.SelectMany(Directory.GetFiles).Where(IsOfBuild);
        return string.Join('\n', files.Concat(app.Config is { } config ? [Path.GetFullPath(config)] : []).Order(StringComparer.Ordinal).Select(Describe));
    }

    // Not all that is JSON: handlers may write such files beside themselves.
    private static bool IsOfBuild(string path) =>
        Path.GetExtension(path) == ".dll" || Path.GetFileName(path) == "appsettings.json"
        || path.EndsWith(".deps.json", StringComparison.Ordinal) || path.EndsWith(".runtimeconfig.json", StringComparison.Ordinal);

    private static string Describe(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{path} {file.LastWriteTimeUtc.Ticks} {file.Length}") : path;
    }
}
