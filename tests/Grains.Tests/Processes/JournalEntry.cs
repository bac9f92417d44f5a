using System.Globalization;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>One line of a silo process' journal.</summary>
/// <param name="Kind"><c>s</c>: a handler was called; <c>d</c>: it succeeded; <c>f</c>: it failed; <c>k</c>: a message was scheduled; <c>t</c>: a tick came.</param>
/// <param name="Number">The message's number; of a tick its time, in seconds since 1970.</param>
/// <param name="Attempt">The message's attempt, as the handler saw it.</param>
/// <param name="Group">The message's group, or <c>-</c>.</param>
/// <param name="At">When, by the machine's clock, which all its processes share.</param>
/// <param name="Process">The process.</param>
public sealed record JournalEntry(char Kind, int Number, int Attempt, string Group, long At, int Process)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Number} {Attempt} {Group} {At}\n");

    public static JournalEntry Parse(string line, int process)
    {
        var parts = line.Split(' ');
        return new JournalEntry(
            line[0],
            int.Parse(parts[1], CultureInfo.InvariantCulture),
            int.Parse(parts[2], CultureInfo.InvariantCulture),
            parts[3],
            long.Parse(parts[4], CultureInfo.InvariantCulture),
            process);
    }
}
