namespace Eventide.Benchmarks.Throughput;

/// <summary>What one run of the command took.</summary>
internal readonly record struct Run(double Seconds, TimeSpan Cpu, long Peak);
