using System.Runtime.InteropServices;

namespace Eventide.JmesPath;

/// <summary>A member of an object.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct JmesMember
{
    internal JmesMember(JmesValue nameValue, JmesValue value)
    {
        NameValue = nameValue;
        Value = value;
    }

    /// <summary>The name as a string value, which costs no allocation.</summary>
    public JmesValue NameValue { get; }

    /// <summary>The name.</summary>
    public string Name => NameValue.GetString();

    /// <summary>The value.</summary>
    public JmesValue Value { get; }
}
