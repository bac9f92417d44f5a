namespace Eventide.Core.Tests.Delivery;

public sealed class BackoffTests
{
    private static readonly Backoff Pauses = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(6, 3_200)]
    [InlineData(7, 5_000)]
    [InlineData(int.MaxValue, 5_000)]
    public void Each_failure_in_a_row_doubles_the_pause_up_to_the_bound(int failures, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Pauses.After(failures, 1));

    [Fact]
    public void Half_of_it_is_left_to_chance()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(100), Pauses.After(2, 0));
        Assert.Equal(TimeSpan.FromMilliseconds(150), Pauses.After(2, 0.5));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(Pauses.After(2), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)));
    }
}
