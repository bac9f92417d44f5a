namespace Eventide.Core.Tests.Delivery;

public sealed class DeadLetterEnvelopeTests
{
    [Fact]
    public void What_comes_back_is_what_was_sent()
    {
        var message = new Message("7", "orders", "x"u8.ToArray()) { Group = "g", Attributes = new Dictionary<string, string> { ["a"] = "1" } };
        var dead = DeadLetterEnvelope.Wrap(message, new HandlerFailure("h", HandlerFailureKind.Timeout, "late"), default, default);
        var back = DeadLetterEnvelope.Unwrap(new Message("1", "dead", dead.Body) { Group = dead.Group, Attributes = dead.Attributes });
        Assert.Equal(message.Text, System.Text.Encoding.UTF8.GetString(back.Body.Span));
        Assert.Equal("g", back.Group);
        Assert.Equal(message.Attributes, back.Attributes);
    }

    [Fact]
    public void Reasons_are_one_line_bounded_and_without_what_brokers_refuse()
    {
        var reason = "a\r\n\0b" + new string('€', 5000);
        var dead = DeadLetterEnvelope.Wrap(new Message("1", "q", default), new HandlerFailure(null, HandlerFailureKind.Unmatched, reason), default, default);
        var text = dead.Attributes[DeadLetterHeaders.Reason];
        Assert.StartsWith("a   b€", text);
        Assert.Equal(DeadLetterEnvelope.MaxReasonLength, text.Length);
        Assert.DoesNotContain(text, char.IsControl);
    }

    [Fact]
    public void Equal_stacks_have_equal_hashes_and_others_have_others()
    {
        var hashes = Enumerable.Range(0, 2).Select(i => Hash(() => throw new InvalidOperationException($"message {i}"))).ToList();
        Assert.Equal(hashes[0], hashes[1]);
        Assert.NotEqual(hashes[0], Hash(() => int.Parse("x", System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static string Hash(Action action)
    {
        var exception = Record.Exception(action)!;
        return DeadLetterEnvelope.Wrap(new Message("1", "q", default), new HandlerFailure("h", HandlerFailureKind.Exception, "x", exception), default, default)
            .Attributes[DeadLetterHeaders.StackHash];
    }
}
