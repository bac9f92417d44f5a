using Eventide.Queues.Conformance;

namespace Eventide.Core.Tests.Queues.Example;

// [provider-conformance]
public sealed class SpoolSendingTests : SendingConformance<SpoolHarness>;
public sealed class SpoolWaitingTests : WaitingConformance<SpoolHarness>;
public sealed class SpoolSettlementTests : SettlementConformance<SpoolHarness>;
public sealed class SpoolLeaseTests : LeaseConformance<SpoolHarness>;
public sealed class SpoolGroupTests : GroupConformance<SpoolHarness>;
public sealed class SpoolFaultTests : FaultConformance<SpoolHarness>;
public sealed class SpoolAdminTests : AdminConformance<SpoolHarness>;
// [/provider-conformance]
