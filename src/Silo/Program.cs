using Eventide.Silo;

await SiloProgram.RunAsync(SiloProgram.Build(args));
