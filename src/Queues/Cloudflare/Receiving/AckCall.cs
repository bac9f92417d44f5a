using System.Buffers;
using System.Text.Json;
using Eventide.Queues.Cloudflare.Http;

namespace Eventide.Queues.Cloudflare.Receiving;

/// <summary>One call of <c>/messages/ack</c>: writes the request, and reads from the answer which leases it worked for.</summary>
internal static class AckCall
{
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<SettleEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(64 + (entries.Count * 256));
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteStartArray("acks"u8);
        foreach (var entry in entries)
        {
            if (entry.IsAck)
            {
                writer.WriteStartObject();
                writer.WriteString("lease_id"u8, entry.LeaseId);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteStartArray("retries"u8);
        foreach (var entry in entries)
        {
            if (entry.Delay is { } delay)
            {
                writer.WriteStartObject();
                writer.WriteString("lease_id"u8, entry.LeaseId);
                writer.WriteNumber("delay_seconds"u8, CloudflareLimits.Seconds(delay));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Tells each lease's batch how it went.</summary>
    /// <remarks>The counts decide: where as many were taken as were sent, warnings are only remarks. Where fewer were, the leases that warnings
    /// name have failed. Where warnings name none (older documents have a plain list of texts), it cannot be told which
    /// failed, and all of that kind are reported as worth another try, for an acknowledgement too many does no harm.</remarks>
    public static void Report(JsonElement answer, IReadOnlyList<SettleEntry> entries)
    {
        var result = answer.Member("result");
        var warnings = Warnings(result?.Member("warnings"), entries);
        Report(entries, isAck: true, result?.Number("ackCount"), warnings);
        Report(entries, isAck: false, result?.Number("retryCount"), warnings);
    }

    private static void Report(IReadOnlyList<SettleEntry> entries, bool isAck, long? taken, Dictionary<string, string> warnings)
    {
        var sent = 0;
        var named = 0;
        foreach (var entry in entries)
        {
            if (entry.IsAck == isAck)
            {
                sent++;
                named += warnings.ContainsKey(entry.LeaseId) ? 1 : 0;
            }
        }

        var missing = taken is { } count ? sent - count : named;
        foreach (var entry in entries)
        {
            if (entry.IsAck != isAck)
            {
                continue;
            }

            if (missing <= 0)
            {
                entry.Batch.Succeed();
            }
            else if (warnings.TryGetValue(entry.LeaseId, out var warning))
            {
                entry.Batch.Fail(new SettleFailure(entry.Index, KindOf(warning), warning));
            }
            else if (named < missing)
            {
                entry.Batch.Fail(new SettleFailure(
                    entry.Index, SettleFailureKind.Transient, "The server took fewer messages than it was sent and did not say which."));
            }
            else
            {
                entry.Batch.Succeed();
            }
        }
    }

    private static Dictionary<string, string> Warnings(JsonElement? warnings, IReadOnlyList<SettleEntry> entries)
    {
        var byLease = new Dictionary<string, string>(StringComparer.Ordinal);
        if (warnings is { ValueKind: JsonValueKind.Object } map)
        {
            foreach (var warning in map.EnumerateObject())
            {
                byLease[warning.Name] = warning.Value.ToString();
            }
        }
        else if (warnings is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var warning in list.EnumerateArray())
            {
                var text = warning.ToString();
                foreach (var entry in entries)
                {
                    if (text.Contains(entry.LeaseId, StringComparison.Ordinal))
                    {
                        byLease[entry.LeaseId] = text;
                    }
                }
            }
        }

        return byLease;
    }

    // The texts are not documented; a lease that is spoken of as gone is, and anything else is worth another try.
    private static SettleFailureKind KindOf(string warning) =>
        warning.Contains("expired", StringComparison.OrdinalIgnoreCase)
        || warning.Contains("invalid", StringComparison.OrdinalIgnoreCase)
        || warning.Contains("not found", StringComparison.OrdinalIgnoreCase)
            ? SettleFailureKind.LeaseLost
            : SettleFailureKind.Transient;
}
