namespace Eventide.Queues.Redis.Protocol;

/// <summary>Makes something of a reply. Runs on the connection's reading loop: it copies what it keeps and does not block.</summary>
/// <param name="reply">The reply, never an error; valid only during the call.</param>
internal delegate T RespReader<out T>(RespReply reply);
