using System.Globalization;
using System.Text;

namespace Eventide.JmesPath.Syntax;

/// <summary>Constants, held so that comparing with them is cheap.</summary>
internal static class Literals
{
    /// <summary>Takes a scalar out of its document, unless it would then be written in another way (<c>1.0</c>, <c>1e2</c>).</summary>
    public static JmesValue Simplify(in JmesValue value)
    {
        if (value.IsString) return JmesValue.FromValidUtf8(Encoding.UTF8.GetBytes(value.GetString()));
        if (!value.IsNumber) return value;
        var computed = value.ReadNumber(out var integer, out var real) ? JmesValue.FromNumber(integer) : JmesValue.FromNumber(real);
        return computed.ToJson() == Encoding.ASCII.GetString(value.NumberText) ? computed : value;
    }

    /// <summary>A number written bare; null if JSON would not write it so.</summary>
    public static JmesValue? Number(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length];
        Encoding.ASCII.GetBytes(text, bytes);
        return JsonNumber.TryParse(bytes, out var value) ? Simplify(value) : null;
    }

    /// <summary>A place in an array; places beyond 32 bits become the nearest.</summary>
    public static int Index(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) ? index
            : text[0] == '-' ? int.MinValue : int.MaxValue;
}
