using System.Text.Json;

namespace Eventide.EndToEnd.Tests;

/// <summary>How six orders end on any queue: a lamp at once, a desk at its third attempt, a payment, a parcel, a payment that cannot be booked
/// (three attempts, dead) and a status that nobody takes (dead).</summary>
internal static class OrdersOutcome
{
    public static void Check(RunningProgram worker)
    {
        var summary = Assert.Single(
            worker.Output.Select(l => JsonSerializer.Deserialize<JsonElement>(l)), l => l.GetProperty("event").GetString() == "summary");
        long Total(string name) => summary.GetProperty(name).GetInt64();
        Assert.Equal(
            (10L, 4L, 5L, 4L, 2L, 1L),
            (Total("received"), Total("succeeded"), Total("failed"), Total("retried"), Total("dead_lettered"), Total("unmatched")));
    }
}
