namespace Eventide.Core.Tests.Hosting.Engine;

public sealed class BatchFlusherTests
{
    [Fact]
    public async Task Whoever_is_told_of_a_batch_finds_it_finished()
    {
        // A worker that is woken while the last batch still counts goes back to sleep, and nothing wakes it again.
        var seen = new List<int>();
        BatchFlusher<int>? flusher = null;
        flusher = new BatchFlusher<int>(10, 1, _ => Task.CompletedTask, () => seen.Add(flusher!.Unfinished));

        flusher.AddRange([.. Enumerable.Range(0, 25)]);
        await flusher.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([15, 5, 0], seen);
    }
}
