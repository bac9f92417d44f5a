using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Eventide.Queues.Sqs.Messages;

/// <summary>What SQS takes as group and deduplication ids: 1 to 128 letters, digits and ASCII punctuation.</summary>
internal static class SqsIdentifier
{
    private static readonly SearchValues<char> Characters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

    public static bool IsGroup(string? text) => text is { Length: >= 1 and <= 128 } && !text.AsSpan().ContainsAnyExcept(Characters);

    /// <summary>A deduplication id that SQS takes: the text itself, else its SHA-256, as equality is all it is for.</summary>
    public static string Deduplication(string text) =>
        IsGroup(text) ? text : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
