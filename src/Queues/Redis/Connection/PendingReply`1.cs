using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis.Connection;

/// <summary>A command whose reply is read as a <typeparamref name="T"/>.</summary>
internal sealed class PendingReply<T>(string command, long deadline, RespReader<T> reader) : PendingReply(command, deadline)
{
    // Continuations must not run on the reading loop: one that blocked would hold up all replies behind it.
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reply to come.</summary>
    public Task<T> Task => _result.Task;

    /// <inheritdoc/>
    public override void Complete(RespReply reply)
    {
        if (reply.IsError)
        {
            _result.TrySetException(new RedisServerException(reply.Text));
            return;
        }

        T value;
        try
        {
            value = reader(reply);
        }
        catch (Exception e)
        {
            // A reply that is RESP but not of the command's shape says nothing against the replies behind it.
            _result.TrySetException(e);
            return;
        }

        _result.TrySetResult(value);
    }

    /// <inheritdoc/>
    public override void Fail(Exception exception) => _result.TrySetException(exception);
}
