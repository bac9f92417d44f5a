namespace Eventide;

/// <summary>Rules that cannot be read. Stops the start-up; the message names every rule, the position and what was expected.</summary>
public sealed class RuleException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="faults">What is wrong, one entry a rule.</param>
    public RuleException(IReadOnlyList<string> faults)
        : base(string.Join(Environment.NewLine, faults ?? [])) => Faults = faults ?? [];

    /// <summary>What is wrong, one entry a rule.</summary>
    public IReadOnlyList<string> Faults { get; }
}
