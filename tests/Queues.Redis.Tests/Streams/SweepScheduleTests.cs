using Eventide.Tests;

namespace Eventide.Queues.Redis.Tests.Streams;

public sealed class SweepScheduleTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(40);

    private readonly FakeTime _time = new();
    private readonly SweepSchedule _schedule;

    public SweepScheduleTests() =>
        _schedule = new SweepSchedule(new RedisStreamOptions { Stream = "s", SweepInterval = TimeSpan.FromSeconds(1) }, _time, new Random(1));

    [Fact]
    public void The_first_receive_looks_for_everything() => Assert.Equal((true, true), _schedule.Due());

    [Fact]
    public void Then_it_sweeps_at_the_interval_and_claims_at_a_jittered_quarter_of_the_lease()
    {
        _schedule.Swept(claimed: true, Lease, -1, isFull: false);
        Assert.Equal((false, false), _schedule.Due());
        Assert.Equal(TimeSpan.FromSeconds(1), _schedule.Left());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((true, false), _schedule.Due());

        var claims = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var elapsed = 0.0;
            while (!_schedule.Due().Claim)
            {
                _schedule.Swept(claimed: false, Lease, -1, isFull: false);
                _time.Advance(TimeSpan.FromSeconds(0.1));
                elapsed += 0.1;
            }

            claims.Add(elapsed);
            _schedule.Swept(claimed: true, Lease, -1, isFull: false);
        }

        Assert.All(claims.Skip(1), c => Assert.InRange(c, 4.9, 15.2));
        Assert.True(claims.Skip(1).Max() - claims.Skip(1).Min() > 5, "Claims of many consumers would come at the same time.");
    }

    [Fact]
    public void What_is_known_to_become_due_is_looked_for_in_time()
    {
        _schedule.Swept(claimed: true, Lease, 300, isFull: false);
        Assert.Equal(TimeSpan.FromMilliseconds(300), _schedule.Left());

        _schedule.DueIn(TimeSpan.FromMilliseconds(100));
        Assert.Equal(TimeSpan.FromMilliseconds(100), _schedule.Left());
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal((true, false), _schedule.Due());
    }

    [Fact]
    public void With_more_to_take_over_than_fits_new_entries_have_every_other_turn()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.True(_schedule.Due().Sweep);
            _schedule.Swept(claimed: true, Lease, 0, isFull: true);
            Assert.Equal((false, false), _schedule.Due());
        }
    }
}
