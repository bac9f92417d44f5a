using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis;

/// <summary>Creates consumer groups.</summary>
internal static class StreamGroup
{
    /// <summary>Creates a group, and its stream, unless it exists.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="options">Stream and group.</param>
    /// <param name="after">The id after which the group reads: <c>0</c>, <c>$</c>, or an entry's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was created now.</returns>
    public static async Task<bool> EnsureAsync(RedisClient client, RedisStreamOptions options, string after, CancellationToken cancellationToken)
    {
        var request = new RedisRequest("XGROUP").Add("CREATE").Add(options.Stream).Add(options.Group).Add(after).Add("MKSTREAM");
        try
        {
            await client.ExecuteAsync(request, static _ => true, cancellationToken);
            return true;
        }
        catch (RedisServerException e) when (e.Code == "BUSYGROUP")
        {
            return false;
        }
    }

    /// <summary>Where a new group begins.</summary>
    public static string First(RedisStreamOptions options) => options.Start == RedisStreamStart.End ? "$" : "0";
}
