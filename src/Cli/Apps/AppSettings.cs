namespace Eventide.Cli;

/// <summary>Which handlers to load and where their configuration lies.</summary>
/// <param name="Apps">The paths of the assemblies.</param>
/// <param name="Config">A configuration file, or null for <c>appsettings.json</c> beside the first assembly alone.</param>
internal sealed record AppSettings(IReadOnlyList<string> Apps, string? Config);
