using Eventide.Queues.Cloudflare.Tests.Stub;

namespace Eventide.Queues.Cloudflare.Tests.Conformance;

/// <summary>The API as older documents describe it: warnings as a list, messages as the result, leases that do run out.</summary>
public sealed class OlderCloudflareHarness : CloudflareHarness
{
    protected override void Configure(StubCloudflare stub)
    {
        stub.WarningsAsList = true;
        stub.MessagesAsResult = true;
        stub.RefusesLateLeases = true;
    }
}
