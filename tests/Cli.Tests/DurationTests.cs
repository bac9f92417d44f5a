namespace Eventide.Cli.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("10s", 10)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    [InlineData("00:05:00", 300)]
    public void Times_are_read_as_people_write_them(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out var value));
        Assert.Equal(seconds, value.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("-00:00:01")]
    [InlineData("1e30d")]
    [InlineData("99999999999999999999d")]
    [InlineData("soon")]
    public void What_is_no_time_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));
}
