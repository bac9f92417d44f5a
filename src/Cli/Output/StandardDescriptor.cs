using System.Globalization;

namespace Eventide.Cli;

/// <summary>Whether standard output or standard error was closed when the process was started (<c>&gt;&amp;-</c>).</summary>
/// <remarks>The next file that the runtime opens then gets that number, and one written to would be a pipe of the runtime itself: garbage to its
/// reader, and a standstill when it is full.</remarks>
internal static class StandardDescriptor
{
    private const string Descriptors = "/proc/self/fd/";

    /// <summary>Whether a descriptor is one of the process' own and none that was handed to it. Only Linux tells.</summary>
    public static bool IsClosed(int descriptor)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            var number = descriptor.ToString(CultureInfo.InvariantCulture);
            if (Target(number) is not { } target)
            {
                return true;
            }

            // Another end of the same pipe that this process reads makes it the process' own.
            return target.StartsWith("/memfd:", StringComparison.Ordinal)
                || target.StartsWith("anon_inode:", StringComparison.Ordinal)
                || (target.StartsWith("pipe:", StringComparison.Ordinal)
                    && Directory.EnumerateFileSystemEntries(Descriptors).Select(e => Path.GetFileName(e)!).Any(other => other != "0" && Target(other) == target && IsForReading(other)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc to ask: as on other systems.
            return false;
        }
    }

    private static string? Target(string number)
    {
        try
        {
            return new FileInfo(Descriptors + number).LinkTarget;
        }
        catch (IOException)
        {
            // Closed while we were looking.
            return null;
        }
    }

    private static bool IsForReading(string number)
    {
        const int AccessMode = 3;
        try
        {
            var flags = File.ReadLines("/proc/self/fdinfo/" + number).First(l => l.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & AccessMode) == 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
