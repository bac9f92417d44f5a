using System.Runtime.CompilerServices;

namespace Eventide.JmesPath;

public readonly partial struct JmesValue
{
    /// <summary>Whether two values are equal as JMESPath's <c>==</c> has it.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(in JmesValue left, in JmesValue right) => AreEqual(left, right);

    /// <summary>Whether two values differ as JMESPath's <c>!=</c> has it.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(in JmesValue left, in JmesValue right) => !AreEqual(left, right);

    /// <summary>
    /// Whether two values are equal as JMESPath's <c>==</c> has it: same type, same content, at any depth; <c>1</c> equals <c>1.0</c>;
    /// integers compare exactly up to 128 bits, other numbers as doubles; the order of members does not count.
    /// </summary>
    /// <param name="other">The other value.</param>
    public bool Equals(JmesValue other) => AreEqual(this, other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JmesValue other && AreEqual(this, other);

    /// <summary>
    /// A hash that fits <see cref="Equals(JmesValue)"/>. Strings, numbers and booleans hash by value; arrays only by their length and
    /// objects only by their number of members, so these are poor keys.
    /// </summary>
    public override int GetHashCode()
    {
        switch (_kind)
        {
            case JmesKind.Number:
                // Adding 0 makes one of the two zeros.
                return (GetDouble() + 0.0).GetHashCode();
            case JmesKind.String:
                return TryGetUtf8(out var direct) ? JsonText.Hash(direct) : HashIndirect();
            case JmesKind.Array:
                return HashCode.Combine(JmesKind.Array, Length);
            case JmesKind.Object:
                return HashCode.Combine(JmesKind.Object, CountMembers());
            default:
                return (int)_kind;
        }
    }

    /// <summary>Compares two numbers; null if one of them is not a number (NaN).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int? CompareNumbers(in JmesValue left, in JmesValue right)
    {
        var leftIsInteger = left.ReadNumber(out var leftInteger, out var leftReal);
        var rightIsInteger = right.ReadNumber(out var rightInteger, out var rightReal);
        if (leftIsInteger && rightIsInteger) return leftInteger.CompareTo(rightInteger);
        return CompareMixed(left, right, leftIsInteger ? leftInteger : leftReal, rightIsInteger ? rightInteger : rightReal);
    }

    /// <summary>Compares two strings by code point, which is the order of their UTF-8 bytes.</summary>
    [SkipLocalsInit]
    internal static int CompareStrings(in JmesValue left, in JmesValue right)
    {
        if (left.TryGetUtf8(out var leftText) && right.TryGetUtf8(out var rightText)) return leftText.SequenceCompareTo(rightText);
        var leftScratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var rightScratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var order = left.GetUtf8(ref leftScratch).SequenceCompareTo(right.GetUtf8(ref rightScratch));
        leftScratch.Dispose();
        rightScratch.Dispose();
        return order;
    }

    internal static bool AreEqual(in JmesValue left, in JmesValue right)
    {
        if (left._kind != right._kind) return false;
        return left._kind switch
        {
            JmesKind.Null or JmesKind.False or JmesKind.True => true,
            JmesKind.String => left.TryGetUtf8(out var leftText) && right.TryGetUtf8(out var rightText)
                ? leftText.SequenceEqual(rightText)
                : CompareStrings(left, right) == 0,
            JmesKind.Number => CompareNumbers(left, right) == 0,
            JmesKind.Array => EqualArrays(left, right),
            JmesKind.Object => EqualObjects(left, right),
            _ => ReferenceEquals(left._source, right._source),
        };
    }

    private static int? CompareMixed(in JmesValue left, in JmesValue right, double leftReal, double rightReal)
    {
        if (left.TryGetInt128(leftReal, out var leftInteger) && right.TryGetInt128(rightReal, out var rightInteger))
            return leftInteger.CompareTo(rightInteger);
        if (double.IsNaN(leftReal) || double.IsNaN(rightReal)) return null;
        return leftReal.CompareTo(rightReal);
    }

    private static bool EqualArrays(in JmesValue left, in JmesValue right)
    {
        if (left.Length != right.Length) return false;
        var leftItems = left.EnumerateArray();
        var rightItems = right.EnumerateArray();
        while (leftItems.MoveNext() && rightItems.MoveNext())
        {
            if (!AreEqual(leftItems.Current, rightItems.Current)) return false;
        }
        return true;
    }

    [SkipLocalsInit]
    private static bool EqualObjects(in JmesValue left, in JmesValue right)
    {
        if (left.CountMembers() != right.CountMembers()) return false;
        foreach (var member in left.EnumerateObject())
        {
            if (!right.TryGetMember(member.NameValue, out var other) || !AreEqual(member.Value, other)) return false;
        }
        return true;
    }

    /// <summary>Finds a member by a name that is itself a value.</summary>
    [SkipLocalsInit]
    private bool TryGetMember(in JmesValue name, out JmesValue value)
    {
        if (name.TryGetUtf8(out var direct)) return TryGetMember(direct, out value);
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var found = TryGetMember(name.GetUtf8(ref scratch), out value);
        scratch.Dispose();
        return found;
    }

    private bool TryGetInt128(double real, out Int128 integer)
    {
        if (ReadNumber(out var small, out _))
        {
            integer = small;
            return true;
        }
        if (Document is { } document && document.Node(NodeIndex).Has(TapeNode.Integer)) return JsonNumber.TryReadInt128(NumberText, out integer);
        integer = default;
        if (real != Math.Floor(real) || Math.Abs(real) >= 1e38) return false;
        integer = (Int128)real;
        return true;
    }

    [SkipLocalsInit]
    private int HashIndirect()
    {
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var hash = JsonText.Hash(GetUtf8(ref scratch));
        scratch.Dispose();
        return hash;
    }
}
