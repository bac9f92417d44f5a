using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Eventide;

/// <summary>A short fingerprint of where an exception was thrown, for grouping dead letters by cause.</summary>
internal static class StackHash
{
    /// <summary>Sixteen hexadecimal digits: types and methods of the exception and its inner ones, without line numbers, so that
    /// an unrelated edit of a file leaves it alone.</summary>
    public static string Of(Exception exception)
    {
        var text = new StringBuilder();
        for (var e = exception; e is not null; e = e.InnerException)
        {
            text.Append(e.GetType().FullName).Append('\n');
            foreach (var frame in new StackTrace(e, fNeedFileInfo: false).GetFrames())
            {
                var method = DiagnosticMethodInfo.Create(frame);
                text.Append(method?.DeclaringTypeName).Append('.').Append(method?.Name).Append('\n');
            }
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        return Convert.ToHexString(hash, 0, 8).ToLower(CultureInfo.InvariantCulture);
    }
}
