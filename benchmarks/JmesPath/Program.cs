using BenchmarkDotNet.Running;
using Eventide.JmesPath.Benchmarks;

if (args is ["--quick", ..]) return Quick.Run();
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
