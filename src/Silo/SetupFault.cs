using System.Net.Sockets;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Eventide.Silo;

/// <summary>Tells a fault of the set-up, which the person who starts the silo can mend, from one of the program.</summary>
internal static class SetupFault
{
    /// <summary>What was wrong, in a line.</summary>
    /// <returns>Null where it is no fault of the set-up.</returns>
    public static string? Explain(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case OptionsValidationException invalid:
                    return $"the configuration is not valid: {OneLine(string.Join(' ', invalid.Failures))}";
                case RuleException rules:
                    return $"the rules of the handlers cannot be read:{Environment.NewLine}{rules.Message}";
                case RedisConnectionException redis:
                    return $"the redis-server of Silo:Redis cannot be reached: {OneLine(redis.Message)}";
                case SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return $"a port is taken: {OneLine(exception.Message)}; every silo on a machine needs its own Silo:SiloPort, Silo:GatewayPort and Silo:Http.";
                case QueueException:
                // Thrown by Eventide itself: a setting, a handler or a queue that cannot be as it is.
                case InvalidOperationException or FormatException when e.Source?.StartsWith("Eventide", StringComparison.Ordinal) == true:
                    return OneLine(e.Message);
            }
        }

        return null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
