using Eventide.Queues.Conformance;

namespace Eventide.Core.Tests.Queues;

public sealed class FileSendingTests : SendingConformance<FileHarness>;

public sealed class FileWaitingTests : WaitingConformance<FileHarness>;

public sealed class FileSettlementTests : SettlementConformance<FileHarness>;

public sealed class FileLeaseTests : LeaseConformance<FileHarness>;

public sealed class FileGroupTests : GroupConformance<FileHarness>;

public sealed class FileFaultTests : FaultConformance<FileHarness>;

public sealed class FileAdminTests : AdminConformance<FileHarness>;
