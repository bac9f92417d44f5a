using System.CommandLine;
using Microsoft.Extensions.Options;

namespace Eventide.Cli;

/// <summary>The command <c>eventide</c>: reads the command line, runs what it asks for, and turns what went wrong into one line and an
/// exit code.</summary>
internal static class EventideCli
{
    /// <summary>Runs the command.</summary>
    /// <param name="args">The arguments, without the program's name.</param>
    /// <returns>The exit code: see <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(string[] args)
    {
        var console = new CliConsole();
        var root = new RootCommand("Runs handlers on queues, explains their rules, and looks after queues. Exit codes: 0 all well, 1 unexpected failure, 2 wrong usage or configuration, 3 some messages did not end well, 130 ended by a signal.")
        {
            RunCommand.Create(console),
            HandlersCommand.Create(console),
            ExplainCommand.Create(console),
            SendCommand.Create(console),
            QueueCommand.Create(console),
            DlqCommand.Create(console),
            CronCommand.Create(console),
            JmesPathCommand.Create(console),
        };

        // An expression may begin with '@', which must not name a file of arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            var path = string.Join(' ', Path(parsed.CommandResult).Reverse());
            console.Fail($"{OneLine.Of(string.Join(' ', parsed.Errors.Select(e => e.Message)))} See '{path} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            // Signals are the commands' own affair; so are exceptions.
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        }
        catch (Exception e)
        {
            return Fail(console, e);
        }
    }

    /// <summary>Tells what went wrong.</summary>
    /// <returns>The exit code that stands for it.</returns>
    public static int Fail(CliConsole console, Exception e)
    {
        switch (e)
        {
            case UsageException or FormatException:
                console.Fail(e.Message);
                return ExitCode.Usage;
            case FailureException:
                console.Fail(e.Message);
                return ExitCode.Failure;
            case OptionsValidationException invalid:
                console.Fail($"the configuration is not valid: {OneLine.Of(string.Join(' ', invalid.Failures))}");
                return ExitCode.Usage;
            case RuleException rules:
                console.Fail($"the rules of the handlers cannot be read:{Environment.NewLine}{rules.Message}");
                return ExitCode.Usage;
            case QueueException queue:
                console.Fail(OneLine.Of(queue.Message));
                return queue.IsTransient ? ExitCode.Failure : ExitCode.Usage;
            case OperationCanceledException:
                console.Fail("interrupted.");
                return ExitCode.Interrupted;
            default:
                console.Fail($"unexpected failure: {e}");
                return ExitCode.Failure;
        }
    }

    private static IEnumerable<string> Path(System.CommandLine.Parsing.SymbolResult? result)
    {
        for (; result is not null; result = result.Parent)
        {
            if (result is System.CommandLine.Parsing.CommandResult command)
            {
                yield return command.Command is RootCommand ? "eventide" : command.Command.Name;
            }
        }
    }
}
