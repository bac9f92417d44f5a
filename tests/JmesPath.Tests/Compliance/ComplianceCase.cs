namespace Eventide.JmesPath.Tests.Compliance;

internal sealed record ComplianceCase(string Given, string Expression, string? Result, string? Error);
