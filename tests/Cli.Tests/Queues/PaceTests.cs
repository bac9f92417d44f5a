using Eventide.Tests;

namespace Eventide.Cli.Tests.Queues;

public sealed class PaceTests
{
    [Fact]
    public async Task Messages_wait_until_their_second_has_come()
    {
        var time = new FakeTime();
        var pace = new Pace(10, time);

        await pace.WaitAsync(0, default);
        var waiting = pace.WaitAsync(5, default);
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(null, 100, 100)]
    [InlineData(40, 100, 10)]
    [InlineData(1, 100, 1)]
    [InlineData(1000, 100, 100)]
    public void Batches_are_small_enough_for_an_even_pace(int? rate, int batch, int expected) =>
        Assert.Equal(expected, new Pace(rate, TimeProvider.System).Most(batch));
}
