using Eventide.Queues.Conformance;

namespace Eventide.Core.Tests.Queues;

public sealed class MemorySendingTests : SendingConformance<MemoryHarness>;

public sealed class MemoryWaitingTests : WaitingConformance<MemoryHarness>;

public sealed class MemorySettlementTests : SettlementConformance<MemoryHarness>;

public sealed class MemoryLeaseTests : LeaseConformance<MemoryHarness>;

public sealed class MemoryGroupTests : GroupConformance<MemoryHarness>;

public sealed class MemoryFaultTests : FaultConformance<MemoryHarness>;

public sealed class MemoryAdminTests : AdminConformance<MemoryHarness>;
