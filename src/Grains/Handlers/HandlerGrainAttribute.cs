namespace Eventide.Orleans;

/// <summary>Says which activation of a handler grain gets a message. Without it, the message's group decides, and where it has none its id.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class HandlerGrainAttribute : Attribute
{
    /// <summary>A JMESPath expression over the message document, in the relaxed dialect, such as <c>body.customer.id</c>: messages for
    /// which it gives the same value go to the same grain. Where it gives none, the group decides, then the id.</summary>
    public string? Key { get; set; }
}
