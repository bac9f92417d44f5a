using Amazon.Runtime.Internal.Transform;

namespace Eventide.Queues.Sqs.Client;

/// <summary>What the SDK's pipeline hands an answer around in. The walk over its elements, meant for the SDK's generated
/// readers, is not used: the JSON is read whole, by Utf8JsonReader.</summary>
internal sealed class SqsResponseContext : UnmarshallerContext
{
    private readonly Stream _stream;

    public SqsResponseContext(Stream stream, IWebResponseData response)
    {
        _stream = stream;
        WebResponseData = response;
    }

    public override string CurrentPath => "/";

    public override int CurrentDepth => 0;

    public override bool IsStartElement => false;

    public override bool IsEndElement => false;

    public override bool IsStartOfDocument => true;

    /// <summary>Reads the body. It is in memory already (<see cref="SqsTransport"/> sees to it), so nothing blocks.</summary>
    public byte[] ReadBody()
    {
        using var copy = new MemoryStream(ResponseData.ContentLength is > 0 and < int.MaxValue ? (int)ResponseData.ContentLength : 0);
        _stream.CopyTo(copy);
        return copy.Length == copy.Capacity ? copy.GetBuffer() : copy.ToArray();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }
}
