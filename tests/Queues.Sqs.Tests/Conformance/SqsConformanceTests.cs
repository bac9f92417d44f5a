using Eventide.Queues.Conformance;

namespace Eventide.Queues.Sqs.Tests.Conformance;

public sealed class SqsSending : SendingConformance<SqsHarness>;

public sealed class SqsSettlement : SettlementConformance<SqsHarness>;

public sealed class SqsLeases : LeaseConformance<SqsHarness>;

public sealed class SqsWaiting : WaitingConformance<SqsHarness>;

public sealed class SqsGroups : GroupConformance<SqsHarness>;

public sealed class SqsAdministration : AdminConformance<SqsHarness>;

public sealed class SqsFaults : FaultConformance<SqsHarness>;

public sealed class SqsFifoSending : SendingConformance<SqsFifoHarness>;

public sealed class SqsFifoSettlement : SettlementConformance<SqsFifoHarness>;

public sealed class SqsFifoLeases : LeaseConformance<SqsFifoHarness>;

public sealed class SqsFifoWaiting : WaitingConformance<SqsFifoHarness>;

public sealed class SqsFifoGroups : GroupConformance<SqsFifoHarness>;

public sealed class SqsFifoAdministration : AdminConformance<SqsFifoHarness>;

public sealed class SqsFifoFaults : FaultConformance<SqsFifoHarness>;
