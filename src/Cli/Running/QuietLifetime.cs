using Microsoft.Extensions.Hosting;

namespace Eventide.Cli;

/// <summary>Leaves signals to the command: the host's own lifetime knows no second one.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
