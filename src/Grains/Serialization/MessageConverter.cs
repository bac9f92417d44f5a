using Orleans;

namespace Eventide.Orleans;

/// <summary>Lets messages travel between silos without Abstractions knowing of Orleans.</summary>
[RegisterConverter]
internal sealed class MessageConverter : IConverter<Message, MessageSurrogate>
{
    public Message ConvertFromSurrogate(in MessageSurrogate surrogate) => new(surrogate.Id, surrogate.Queue, surrogate.Body)
    {
        Attempt = surrogate.Attempt,
        EnqueuedAt = surrogate.EnqueuedAt,
        Group = surrogate.Group,
        Attributes = surrogate.Attributes ?? Message.NoAttributes,
    };

    public MessageSurrogate ConvertToSurrogate(in Message value) => new()
    {
        Id = value.Id,
        Queue = value.Queue,
        Body = value.Body,
        Attempt = value.Attempt,
        EnqueuedAt = value.EnqueuedAt,
        Group = value.Group,
        Attributes = value.Attributes.Count == 0 ? null : new Dictionary<string, string>(value.Attributes, StringComparer.Ordinal),
    };
}
