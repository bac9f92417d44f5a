using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary>A member of the current object by its name; null when there is none.</summary>
public sealed class FieldNode : JmesNode
{
    private readonly JmesName _name;

    internal FieldNode(int position, int end, string name, bool isQuoted)
        : base(position, end)
    {
        _name = new(name);
        IsQuoted = isQuoted;
    }

    /// <summary>The member's name.</summary>
    public string Name => _name.Text;

    /// <summary>The member's name in UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8Name => _name.Utf8;

    /// <summary>Whether the name was written in double quotes.</summary>
    public bool IsQuoted { get; }

    internal byte[] Utf8 => _name.Utf8;

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children => [];

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        current.TryGetMember(_name.Utf8, out var value);
        return value;
    }
}
