namespace Eventide.Queues.Sqs;

/// <summary>How bodies go to SQS, which takes only text of XML's characters. What is not sent as it stands is sent as base64
/// with the attribute <c>eventide-encoding</c>, and restored by the receiver.</summary>
public enum SqsBodyEncoding
{
    /// <summary><see cref="Text"/> at AWS' own addresses, <see cref="BasicPlane"/> at any other endpoint (emulators).</summary>
    Auto = 0,

    /// <summary>As it stands where it is UTF-8 of the characters that SQS documents, else base64.</summary>
    Text = 1,

    /// <summary>As <see cref="Text"/>, but bodies with characters beyond U+FFFF (emoji) are base64 too: for servers that refuse them.</summary>
    BasicPlane = 2,

    /// <summary>Always base64.</summary>
    Base64 = 3,
}
