using Orleans;

namespace Eventide.Orleans;

/// <summary>Lets handlers' results travel between silos.</summary>
[RegisterConverter]
internal sealed class HandlerResultConverter : IConverter<HandlerResult, HandlerResultSurrogate>
{
    public HandlerResult ConvertFromSurrogate(in HandlerResultSurrogate surrogate) => surrogate.Kind switch
    {
        HandlerResultKind.Success => HandlerResult.Success,
        HandlerResultKind.Retry => HandlerResult.Retry(surrogate.Delay, surrogate.Reason),
        _ => HandlerResult.DeadLetter(surrogate.Reason ?? "the handler gave it up"),
    };

    public HandlerResultSurrogate ConvertToSurrogate(in HandlerResult value) => new() { Kind = value.Kind, Delay = value.Delay, Reason = value.Reason };
}
