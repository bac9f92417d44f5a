namespace Eventide.Abstractions.Tests.Handlers;

public sealed class HandlerResultTests
{
    [Fact]
    public async Task Success_is_the_default_and_the_finished_task()
    {
        Assert.Equal(HandlerResultKind.Success, default(HandlerResult).Kind);
        Assert.Equal(default, HandlerResult.Success);
        Assert.True(HandlerResult.Done.IsCompletedSuccessfully);
        Assert.Equal(HandlerResult.Success, await HandlerResult.Done);
        Assert.Null(HandlerResult.Success.Delay);
        Assert.Null(HandlerResult.Success.Reason);
    }

    [Fact]
    public void A_retry_has_a_delay_and_a_reason_or_neither()
    {
        var plain = HandlerResult.Retry();
        Assert.Equal((HandlerResultKind.Retry, null, null), (plain.Kind, plain.Delay, plain.Reason));
        var later = HandlerResult.Retry(TimeSpan.FromMinutes(5), "stock is locked");
        Assert.Equal((HandlerResultKind.Retry, TimeSpan.FromMinutes(5), "stock is locked"), (later.Kind, later.Delay, later.Reason));
        Assert.Equal(TimeSpan.Zero, HandlerResult.Retry(TimeSpan.Zero).Delay);
        Assert.NotEqual(plain, HandlerResult.Retry(TimeSpan.Zero));
    }

    [Fact]
    public void A_retry_does_not_lie_in_the_past()
    {
        Assert.Throws<ArgumentOutOfRangeException>("after", () => HandlerResult.Retry(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>("after", () => HandlerResult.Retry(Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_dead_letter_needs_a_reason()
    {
        var result = HandlerResult.DeadLetter("unknown customer");
        Assert.Equal((HandlerResultKind.DeadLetter, null, "unknown customer"), (result.Kind, result.Delay, result.Reason));
        Assert.Throws<ArgumentNullException>("reason", () => HandlerResult.DeadLetter(null!));
    }
}
