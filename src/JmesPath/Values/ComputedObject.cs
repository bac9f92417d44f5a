namespace Eventide.JmesPath;

/// <summary>An object that an expression made: names, each once, and a value for each.</summary>
internal sealed class ComputedObject(JmesName[] names, JmesValue[] values) : JmesObject
{
    private KeyValuePair<string, JmesValue>[]? _members;

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, JmesValue>> Members
    {
        get
        {
            if (_members is { } made) return made;
            var members = new KeyValuePair<string, JmesValue>[names.Length];
            for (var i = 0; i < members.Length; i++) members[i] = new(names[i].Text, values[i]);
            return _members = members;
        }
    }

    /// <inheritdoc/>
    public override bool TryGetMember(ReadOnlySpan<byte> utf8Name, out JmesValue value)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (!utf8Name.SequenceEqual(names[i].Utf8)) continue;
            value = values[i];
            return true;
        }
        value = default;
        return false;
    }
}
