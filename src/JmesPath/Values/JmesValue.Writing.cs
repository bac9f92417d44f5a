using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Eventide.JmesPath;

public readonly partial struct JmesValue
{
    /// <summary>
    /// Writes the value as JSON. Numbers of a document are written as they stood there. The writer's own bound on depth applies.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <exception cref="ArgumentNullException"><paramref name="writer"/> is null.</exception>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        switch (_kind)
        {
            case JmesKind.False:
                writer.WriteBooleanValue(value: false);
                break;
            case JmesKind.True:
                writer.WriteBooleanValue(value: true);
                break;
            case JmesKind.Number:
                WriteNumber(writer);
                break;
            case JmesKind.String:
                WriteString(writer, asName: false);
                break;
            case JmesKind.Array:
                writer.WriteStartArray();
                foreach (var item in EnumerateArray()) item.WriteTo(writer);
                writer.WriteEndArray();
                break;
            case JmesKind.Object:
                writer.WriteStartObject();
                foreach (var member in EnumerateObject())
                {
                    member.NameValue.WriteString(writer, asName: true);
                    member.Value.WriteTo(writer);
                }
                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>The value as compact JSON; only what JSON demands is escaped.</summary>
    public string ToJson() => Encoding.UTF8.GetString(ToJsonUtf8().WrittenSpan);

    /// <summary>The value as compact JSON.</summary>
    public override string ToString() => ToJson();

    internal ArrayBufferWriter<byte> ToJsonUtf8()
    {
        var buffer = new ArrayBufferWriter<byte>();
        JsonTextWriter.Write(this, buffer);
        return buffer;
    }

    private void WriteNumber(Utf8JsonWriter writer)
    {
        if (Document is not null) writer.WriteRawValue(NumberText, skipInputValidation: true);
        else if (ReadNumber(out var integer, out var real)) writer.WriteNumberValue(integer);
        else if (double.IsFinite(real)) writer.WriteNumberValue(real);
        else writer.WriteNullValue();
    }

    [SkipLocalsInit]
    private void WriteString(Utf8JsonWriter writer, bool asName)
    {
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var text = GetUtf8(ref scratch);
        if (asName) writer.WritePropertyName(text);
        else writer.WriteStringValue(text);
        scratch.Dispose();
    }
}
