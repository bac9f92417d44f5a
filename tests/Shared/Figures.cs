using Xunit;

namespace Eventide.Tests;

/// <summary>Prints what was measured, beside the verdict.</summary>
internal static class Figures
{
    public static void Tell(string what)
    {
        var context = TestContext.Current;
        context.TestOutputHelper?.WriteLine(what);
        context.SendDiagnosticMessage($"{context.Test?.TestDisplayName}: {what}");
    }
}
