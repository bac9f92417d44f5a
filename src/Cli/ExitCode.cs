namespace Eventide.Cli;

/// <summary>How the command ends; part of its documented face (docs/command-line.md).</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>Something unexpected, such as a server out of reach or a defect.</summary>
    public const int Failure = 1;

    /// <summary>Wrong usage or configuration: the same command will fail again.</summary>
    public const int Usage = 2;

    /// <summary>The command did its work, but some messages did not end well: dead-lettered, not sent, not moved.</summary>
    public const int SomeFailed = 3;

    /// <summary>Ended at once by a second signal, or by the first where there is nothing to finish.</summary>
    public const int Interrupted = 130;
}
