namespace Eventide.Core.Tests.Hosting.Engine;

public sealed class ThreadRoomTests
{
    [Fact]
    public void Queues_side_by_side_have_room_for_the_handlers_of_all_of_them_to_block_their_threads()
    {
        using var first = ThreadRoom.Reserve(150);
        using var second = ThreadRoom.Reserve(200);
        Assert.True(MinThreads > 350, $"{MinThreads}");
    }

    [Fact]
    public void A_queue_of_very_many_slots_reserves_no_thread_for_each()
    {
        using var room = ThreadRoom.Reserve(1_000_000);
        Assert.InRange(MinThreads, 256, 10_000);
    }

    [Fact]
    public void Room_given_back_twice_counts_once()
    {
        var room = ThreadRoom.Reserve(256);
        room.Dispose();
        room.Dispose();
        using var again = ThreadRoom.Reserve(256);
        Assert.True(MinThreads > 256, $"{MinThreads}");
    }

    private static int MinThreads
    {
        get
        {
            ThreadPool.GetMinThreads(out var workers, out _);
            return workers;
        }
    }
}
