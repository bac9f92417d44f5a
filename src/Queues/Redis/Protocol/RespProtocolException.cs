namespace Eventide.Queues.Redis.Protocol;

/// <summary>The server sent what is not RESP, or more than the limits allow. The connection is of no further use.</summary>
internal sealed class RespProtocolException(string message) : Exception(message);
