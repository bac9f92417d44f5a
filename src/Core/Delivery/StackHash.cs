using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Eventide;

/// <summary>A short fingerprint of where an exception was thrown, for grouping dead letters by cause.</summary>
internal static class StackHash
{
    // Of the runtime, and of Orleans, with the code that it generates.
    private static readonly string[] Machinery = ["System.", "Orleans.", "OrleansCodeGen."];

    /// <summary>Sixteen hexadecimal digits: types and methods of the exception and its inner ones, without files and line numbers,
    /// so that an unrelated edit of a file leaves it alone.</summary>
    /// <remarks>Read from the text of the trace, which is all there is of one that came from another silo. There, rethrowing adds frames to
    /// it that tell how the call was made, not where it failed: what follows the first rethrow is left out, and so is
    /// the machinery at the end of what is left, of which a call within the silo has more than one from another.</remarks>
    public static string Of(Exception exception)
    {
        var text = new StringBuilder();
        for (var e = exception; e is not null; e = e.InnerException)
        {
            text.Append(e.GetType().FullName).Append('\n');
            AppendFrames(text, e.StackTrace);
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        return Convert.ToHexString(hash, 0, 8).ToLower(CultureInfo.InvariantCulture);
    }

    private static void AppendFrames(StringBuilder text, string? trace)
    {
        var start = text.Length;
        var end = start;
        foreach (var line in trace.AsSpan().EnumerateLines())
        {
            var frame = line.Trim();
            if (frame.StartsWith("at "))
            {
                frame = frame[3..];
                var parameters = frame.IndexOf('(');
                frame = parameters < 0 ? frame : frame[..parameters];
                text.Append(frame).Append('\n');
                end = IsMachinery(frame) ? end : text.Length;
            }
            else if (end > start)
            {
                // "--- End of stack trace from previous location ---". One among frames of the runtime alone tells nothing.
                break;
            }
        }

        if (end > start)
        {
            text.Length = end;
        }
    }

    private static bool IsMachinery(ReadOnlySpan<char> frame)
    {
        foreach (var prefix in Machinery)
        {
            if (frame.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
