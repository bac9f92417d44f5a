namespace Eventide.Abstractions.Tests.Messages;

public sealed class OutgoingMessageTests
{
    [Fact]
    public void A_text_is_sent_as_utf8()
    {
        Assert.Equal("Zoë 🚀"u8.ToArray(), new OutgoingMessage("Zoë 🚀").Body.ToArray());
        Assert.True(new OutgoingMessage("").Body.IsEmpty);
    }

    [Fact]
    public void Bytes_are_not_copied()
    {
        byte[] bytes = [1, 2];
        var message = new OutgoingMessage(bytes);
        bytes[0] = 9;
        Assert.Equal([9, 2], message.Body.ToArray());
    }

    [Fact]
    public void What_is_not_given_is_empty()
    {
        var message = new OutgoingMessage("x");
        Assert.Empty(message.Attributes);
        Assert.Equal(TimeSpan.Zero, message.Delay);
        Assert.Null(message.Group);
        Assert.Null(message.DeduplicationId);
    }

    [Fact]
    public void What_no_queue_can_take_is_refused_where_it_is_made()
    {
        Assert.Throws<ArgumentNullException>("body", () => new OutgoingMessage((string)null!));
        Assert.Throws<ArgumentNullException>(() => new OutgoingMessage("x") { Attributes = null! });
        Assert.Throws<ArgumentOutOfRangeException>("value", () => new OutgoingMessage("x") { Delay = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentOutOfRangeException>("value", () => new OutgoingMessage("x") with { Delay = TimeSpan.MinValue });
    }

    [Fact]
    public void A_copy_keeps_what_is_not_changed()
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1" };
        var message = new OutgoingMessage("x") { Attributes = attributes, Delay = TimeSpan.FromSeconds(1), Group = "g" };
        var copy = message with { Group = "h" };
        Assert.Same(attributes, copy.Attributes);
        Assert.Equal(TimeSpan.FromSeconds(1), copy.Delay);
        Assert.Equal("h", copy.Group);
        Assert.Equal("g", message.Group);
    }

    [Fact]
    public void The_text_of_a_message_shows_nothing_of_its_body_or_attributes()
    {
        var message = new OutgoingMessage("secret") { Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "secret" } };
        Assert.DoesNotContain("secret", message.ToString(), StringComparison.Ordinal);
    }
}
