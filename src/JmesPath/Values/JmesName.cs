using System.Text;

namespace Eventide.JmesPath;

/// <summary>A member's name, as text and as the UTF-8 bytes it is looked up by.</summary>
internal sealed class JmesName(string text)
{
    public string Text { get; } = text;

    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(text);
}
