namespace Eventide.Queues.Sqs;

/// <summary>A message attribute as SQS delivered it.</summary>
/// <param name="DataType">SQS' type of it: <c>String</c>, <c>Number</c> or <c>Binary</c>, with an optional label: <c>Number.int</c>.</param>
/// <param name="Text">The value of a string or number, else <see langword="null"/>.</param>
/// <param name="Binary">The value of a binary attribute, else empty.</param>
public readonly record struct SqsAttributeValue(string DataType, string? Text, ReadOnlyMemory<byte> Binary)
{
    /// <summary>The value as <see cref="Message.Attributes"/> shows it: the text, or the bytes as base64.</summary>
    public override string ToString() => Text ?? Convert.ToBase64String(Binary.Span);
}
