export { candle } from './candle.js';
export { describeWhen } from './describe-when.js';
export { freePort } from './free-port.js';
export { repositoryRoot } from './repository-root.js';
export { sharedData } from './shared-data.js';
export { testDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';
export { hasRedis, testRedis, type TestRedis } from './test-redis.js';
export { waitFor, type WaitOptions } from './wait-for.js';
export { traceCollector, type CollectedSpan, type TraceCollector } from './trace-collector.js';
