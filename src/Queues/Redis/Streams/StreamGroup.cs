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
        catch (RedisServerException e) when (e.Code == "OOM")
        {
            // A full server refuses the command even where there is nothing to create, and it is the workers that will empty it.
            if (await ExistsAsync(client, options, cancellationToken))
            {
                return false;
            }

            throw;
        }
    }

    /// <summary>Where a new group begins.</summary>
    public static string First(RedisStreamOptions options) => options.Start == RedisStreamStart.End ? "$" : "0";

    /// <summary>Whether the group exists.</summary>
    private static async Task<bool> ExistsAsync(RedisClient client, RedisStreamOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await client.ExecuteAsync(new RedisRequest("XPENDING").Add(options.Stream).Add(options.Group), static _ => true, cancellationToken);
            return true;
        }
        catch (RedisServerException e) when (RedisErrors.IsMissing(e))
        {
            return false;
        }
    }
}
