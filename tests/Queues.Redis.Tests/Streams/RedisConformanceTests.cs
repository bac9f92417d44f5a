using Eventide.Queues.Conformance;

namespace Eventide.Queues.Redis.Tests.Streams;

public sealed class RedisSendingTests : SendingConformance<RedisHarness>;

public sealed class RedisWaitingTests : WaitingConformance<RedisHarness>;

public sealed class RedisSettlementTests : SettlementConformance<RedisHarness>;

public sealed class RedisLeaseTests : LeaseConformance<RedisHarness>;

public sealed class RedisGroupTests : GroupConformance<RedisHarness>;

public sealed class RedisFaultTests : FaultConformance<RedisHarness>;

public sealed class RedisAdminConformanceTests : AdminConformance<RedisHarness>;

public sealed class DeletingRedisSendingTests : SendingConformance<DeletingRedisHarness>;

public sealed class DeletingRedisWaitingTests : WaitingConformance<DeletingRedisHarness>;

public sealed class DeletingRedisSettlementTests : SettlementConformance<DeletingRedisHarness>;

public sealed class DeletingRedisLeaseTests : LeaseConformance<DeletingRedisHarness>;

public sealed class DeletingRedisFaultTests : FaultConformance<DeletingRedisHarness>;
