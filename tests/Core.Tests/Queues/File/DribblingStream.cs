namespace Eventide.Core.Tests.Queues;

/// <summary>Gives out bytes in pieces of random length, as pipes do.</summary>
internal sealed class DribblingStream(byte[] content, int seed, int longest, bool canSeek) : MemoryStream(content)
{
    private readonly Random _random = new(seed);

    public override bool CanSeek => canSeek;

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, _random.Next(1, longest))]);
}
