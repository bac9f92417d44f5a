using System.Text.Json;

namespace Eventide.JmesPath.Benchmarks;

/// <summary>
/// What a careful author would write by hand for <c>body.type == 'order' &amp;&amp; body.total &gt; `100`</c>: the whole text is read,
/// because only then is it known to be JSON, and of a name that occurs twice the last counts.
/// </summary>
internal static class HandWritten
{
    public static bool Check(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        var isOrder = false;
        var isLarge = false;
        if (!reader.Read()) return false;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBody = reader.ValueTextEquals("body"u8);
            reader.Read();
            if (!isBody)
            {
                reader.Skip();
                continue;
            }
            isOrder = isLarge = false;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8))
                {
                    reader.Read();
                    isOrder = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("order"u8);
                    reader.Skip();
                }
                else if (reader.ValueTextEquals("total"u8))
                {
                    reader.Read();
                    isLarge = reader.TokenType == JsonTokenType.Number && reader.GetDouble() > 100;
                    reader.Skip();
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }
        }
        while (reader.Read())
        {
            // To the end of the text.
        }
        return isOrder && isLarge;
    }
}
