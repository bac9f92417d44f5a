namespace Eventide;

/// <summary>What became of a batch that was acknowledged, released or extended.</summary>
/// <param name="Failures">The messages for which it did not work; empty when all is well.</param>
public readonly record struct SettleReport(IReadOnlyList<SettleFailure> Failures)
{
    /// <summary>All went well.</summary>
    public static SettleReport AllDone => new([]);
}
