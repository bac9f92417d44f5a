// Drains a BullMQ queue with a worker that does nothing.
// Usage: node bullmq.mjs PORT JOBS CONCURRENCY
import { Queue, Worker } from "bullmq";

const [port, count, concurrency] = process.argv.slice(2).map(Number);
const connection = { host: "127.0.0.1", port };
const body = {
  type: "order", total: 150, priority: 7, customer_id: "12345", tags: ["urgent", "eu"], user: { verified: true },
  order: { id: "A-1", items: [{ sku: "x", qty: 2 }, { sku: "y", qty: 1 }] },
};
const name = `bench-${process.pid}`;
const queue = new Queue(name, { connection });
for (let sent = 0; sent < count; sent += 1000) {
  await queue.addBulk(Array.from({ length: Math.min(1000, count - sent) }, () => ({ name: "order", data: body })));
}

let handled = 0;
let finish;
const finished = new Promise((resolve) => (finish = resolve));
const worker = new Worker(name, async () => {}, { connection, concurrency, autorun: false, removeOnComplete: { count: 0 } });
worker.on("completed", () => {
  if (++handled === count) {
    finish();
  }
});
worker.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
await worker.waitUntilReady();
const started = performance.now();
const cpu = process.cpuUsage();
worker.run();
await finished;
const seconds = (performance.now() - started) / 1000;
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ handled, seconds, cpuSeconds: (used.user + used.system) / 1e6 }));
await worker.close();
await queue.obliterate({ force: true });
await queue.close();
