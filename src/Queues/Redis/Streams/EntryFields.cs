namespace Eventide.Queues.Redis;

/// <summary>The names of fields that have a meaning.</summary>
internal static class EntryFields
{
    /// <summary>The body, as Eventide sends it.</summary>
    public const string Body = "body";

    /// <summary>The body, as others often name it.</summary>
    public const string Data = "data";

    /// <summary>What all of Eventide's own fields begin with.</summary>
    public const string Own = "eventide:";

    /// <summary>What the names of attributes begin with.</summary>
    public const string AttributePrefix = "eventide:attr:";

    /// <summary>The group.</summary>
    public const string Group = "eventide:group";

    /// <summary>Says that the field <c>body</c> is the whole body though it is not JSON.</summary>
    public const string Raw = "eventide:raw";
}
