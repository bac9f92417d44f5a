using Eventide.Cli;

var code = await EventideCli.InvokeAsync(args);

// Not a plain return, which would wait for ever for a foreground thread that a handler started and never ended.
Environment.Exit(code);
