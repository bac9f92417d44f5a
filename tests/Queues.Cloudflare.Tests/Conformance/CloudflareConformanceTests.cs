using Eventide.Queues.Conformance;

namespace Eventide.Queues.Cloudflare.Tests.Conformance;

public sealed class CloudflareSendingTests : SendingConformance<CloudflareHarness>;

public sealed class CloudflareWaitingTests : WaitingConformance<CloudflareHarness>;

public sealed class CloudflareSettlementTests : SettlementConformance<CloudflareHarness>;

public sealed class CloudflareLeaseTests : LeaseConformance<CloudflareHarness>;

public sealed class CloudflareGroupTests : GroupConformance<CloudflareHarness>;

public sealed class CloudflareFaultTests : FaultConformance<CloudflareHarness>;

public sealed class CloudflareAdminTests : AdminConformance<CloudflareHarness>;

public sealed class OlderCloudflareSettlementTests : SettlementConformance<OlderCloudflareHarness>;

public sealed class OlderCloudflareLeaseTests : LeaseConformance<OlderCloudflareHarness>;
