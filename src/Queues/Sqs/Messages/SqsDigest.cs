using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Eventide.Queues.Sqs.Messages;

/// <summary>SQS' checksums: MD5 of the body, and of the attributes by the rule in the SQS developer guide ("Calculating the MD5
/// message digest for message attributes"): sorted by name; of each the name, the type and the value, each
/// with its length in four bytes, big end first, and before the value one byte, 1 for text and 2 for bytes.</summary>
internal static class SqsDigest
{
    /// <summary>Whether a body has the checksum told; one that is not told fits.</summary>
    public static bool Fits(ReadOnlySpan<byte> body, string? hex)
    {
        if (hex is null)
        {
            return true;
        }

        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        HashMd5(body, hash);
        return Same(hash, hex);
    }

    /// <summary>Whether attributes have the checksum told; one that is not told fits.</summary>
    public static bool Fits(IReadOnlyDictionary<string, SqsAttributeValue> attributes, string? hex)
    {
        if (string.IsNullOrEmpty(hex))
        {
            return true;
        }

        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        foreach (var (name, value) in attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            Append(buffer, Encoding.UTF8.GetBytes(name));
            Append(buffer, Encoding.UTF8.GetBytes(value.DataType));
            buffer.Write([value.Text is null ? (byte)2 : (byte)1]);
            Append(buffer, value.Text is null ? value.Binary.Span : Encoding.UTF8.GetBytes(value.Text));
        }

        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        HashMd5(buffer.WrittenSpan, hash);
        return Same(hash, hex);
    }

    private static void Append(System.Buffers.ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), bytes.Length);
        buffer.Advance(4);
        bytes.CopyTo(buffer.GetSpan(bytes.Length));
        buffer.Advance(bytes.Length);
    }

    private static void Write(this System.Buffers.ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(buffer.GetSpan(bytes.Length));
        buffer.Advance(bytes.Length);
    }

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "The checksum that SQS' protocol prescribes, against damage on the way, not against attack.")]
    private static void HashMd5(ReadOnlySpan<byte> bytes, Span<byte> hash) => MD5.HashData(bytes, hash);

    private static bool Same(ReadOnlySpan<byte> hash, string hex)
    {
        Span<byte> told = stackalloc byte[MD5.HashSizeInBytes];
        return hex.Length == MD5.HashSizeInBytes * 2
            && Convert.FromHexString(hex, told, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == MD5.HashSizeInBytes
            && hash.SequenceEqual(told);
    }
}
