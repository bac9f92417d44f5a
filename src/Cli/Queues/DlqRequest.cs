namespace Eventide.Cli;

/// <summary>What <c>eventide dlq redrive</c> or <c>purge</c> was asked for.</summary>
internal sealed record DlqRequest(QueueUri Queue, QueueUri? To, MessageFilter Filter, int? Limit, int? Rate, bool DryRun, bool Json);
