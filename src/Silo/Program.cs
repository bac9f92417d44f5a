using Eventide.Silo;
using Microsoft.AspNetCore.Builder;

await SiloProgram.Build(args).RunAsync();
