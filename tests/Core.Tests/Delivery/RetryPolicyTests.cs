namespace Eventide.Core.Tests.Delivery;

public sealed class RetryPolicyTests
{
    private static readonly HandlerFailure Failure = new("h", HandlerFailureKind.Exception, "x", new InvalidOperationException("x"));

    [Fact]
    public void The_backoff_doubles_up_to_its_cap()
    {
        var policy = new RetryPolicy(10, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), jitter: false);
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], Enumerable.Range(1, 8).Select(n => policy.Backoff(n).TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(60), policy.Backoff(int.MaxValue));
        Assert.Equal(TimeSpan.Zero, new RetryPolicy(1, TimeSpan.Zero, TimeSpan.Zero, false).Backoff(1000));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 4)]
    [InlineData(0.999, 7.992)]
    public void Full_jitter_draws_from_zero_to_the_backoff(double random, double seconds)
    {
        var policy = new RetryPolicy(10, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), jitter: true);
        Assert.Equal(seconds, policy.Decide(Failure, null, 4, random).Delay.TotalSeconds, 3);
    }

    [Fact]
    public void The_limit_counts_retries_not_attempts()
    {
        var policy = new RetryPolicy(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), false);
        Assert.Equal(
            [SettlementKind.Retry, SettlementKind.Retry, SettlementKind.Retry, SettlementKind.DeadLetter],
            Enumerable.Range(1, 4).Select(n => policy.Decide(Failure, null, n, 0).Kind));
    }

    [Fact]
    public void A_crash_is_retried_whatever_the_limit_until_the_deliveries_are_too_many()
    {
        var policy = new RetryPolicy(1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), false, [typeof(IOException).FullName!]);
        var crash = AttemptOutcome.Of("h", new HandlerCrashedException("its silo\nis gone", new TimeoutException())).Failure!;
        Assert.Equal((HandlerFailureKind.Crashed, "its silo is gone"), (crash.Kind, crash.Reason));
        Assert.Equal(new Settlement(SettlementKind.Retry, TimeSpan.FromSeconds(4), crash), policy.Decide(crash, null, 3, 0));

        // Three attempts end with a crash; the fourth delivery is one too many.
        Assert.Equal([false, false, false, true], Enumerable.Range(1, 4).Select(n => DeliveryDecisions.IsCrashing(new Message("1", "q", default) { Attempt = n }, policy, allowance: 1)));
    }

    [Fact]
    public void Derived_exceptions_are_retried_with_the_ones_named()
    {
        var policy = new RetryPolicy(3, default, default, false, [typeof(IOException).FullName!]);
        Assert.True(policy.IsRetried(Failure with { Exception = new FileNotFoundException() }));
        Assert.False(policy.IsRetried(Failure));
        Assert.True(policy.IsRetried(new HandlerFailure("h", HandlerFailureKind.Timeout, "x")));
        Assert.False(policy.IsRetried(new HandlerFailure("h", HandlerFailureKind.UnreadableBody, "x")));
    }

    [Fact]
    public void A_delay_that_the_handler_asks_for_is_taken_as_it_is()
    {
        var policy = new RetryPolicy(3, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), true);
        Assert.Equal(TimeSpan.FromDays(2), policy.Decide(Failure, TimeSpan.FromDays(2), 1, 0.3).Delay);
    }

    [Fact]
    public void A_handlers_own_bounds_win_over_the_options()
    {
        var handler = new HandlerDescriptor("h", _ => _ => HandlerResult.Done) { MinBackoff = TimeSpan.FromMinutes(5) };
        var policy = handler.RetryPolicy(new RetryOptions());
        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5)), (policy.MinBackoff, policy.MaxBackoff));
    }
}
