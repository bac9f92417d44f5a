using System.CommandLine;
using Eventide.JmesPath;

namespace Eventide.Cli;

/// <summary><c>eventide jmespath</c>.</summary>
internal static class JmesPathCommand
{
    public static Command Create(CliConsole console)
    {
        var expression = new Argument<string>("EXPR") { Description = "The expression." };
        var file = new Argument<string>("FILE") { Description = "A file with one JSON value; - (the default) for standard input.", DefaultValueFactory = _ => "-" };
        var relaxed = new Option<bool>("--relaxed") { Description = "Read the expression as rules are read: bare numbers, true, false and null beside a comparator." };
        var command = new Command("jmespath", "Evaluate a JMESPath expression on a JSON value and print the result as JSON. Exit codes: 2 the expression or the input cannot be read, 1 the evaluation failed.")
        {
            expression, file, relaxed,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new JmesPathOptions
            {
                Dialect = parsed.GetValue(relaxed) ? JmesDialect.Relaxed : JmesDialect.Strict,
                MaxDocumentDepth = JmesPathOptions.DeepestDocument,
            };

            // The expression before the input, which may be a terminal that waits.
            var compiled = JmesExpression.Parse(parsed.GetValue(expression)!, options);
            var path = parsed.GetValue(file)!;
            var message = new Message(1, path, await Input.ReadAllAsync(path, cancellationToken));
            var document = new JmesDocument(JmesPathOptions.DeepestDocument);
            if (!document.TryLoad(message.JsonBody, out var fault))
            {
                throw new UsageException($"{(path == "-" ? "standard input" : path)}: this is not one JSON value: {OneLine.Of(fault.ToString())}");
            }

            try
            {
                console.WriteLine(compiled.Evaluate(document.Root).ToJson());
                return ExitCode.Success;
            }
            catch (JmesPathException e)
            {
                console.Fail(e.Message);
                return ExitCode.Failure;
            }
        });
        return command;
    }
}
