using Eventide.Silo;

return await SiloProgram.RunAsync(args);
