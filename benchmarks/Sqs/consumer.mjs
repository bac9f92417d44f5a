// Drains the stub's queue with sqs-consumer: batches of ten, deleted ten at a time (handleMessageBatch, its fastest way).
// Usage: node consumer.mjs <endpoint> <seconds of warm-up> <messages>
import { SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";

const [endpoint, warmUp, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
let handled = 0;
const began = performance.now();
let started = 0;
let cpu;
const finished = {};
finished.promise = new Promise((resolve, reject) => Object.assign(finished, { resolve, reject }));
const consumer = Consumer.create({
  queueUrl: `${endpoint}/1/bench`,
  sqs: new SQSClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "bench", secretAccessKey: "bench" } }),
  batchSize: 10,
  waitTimeSeconds: 20,
  messageAttributeNames: ["All"],
  attributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
  handleMessageBatch: async (messages) => {
    handled += messages.length;
    if (!started && performance.now() - began >= warmUp * 1000) {
      started = performance.now();
      cpu = process.cpuUsage();
      handled = 0;
    }
    if (started && handled >= count) {
      finished.resolve();
    }
    return messages;
  },
});
consumer.on("error", (error) => finished.reject(error));
consumer.on("processing_error", (error) => finished.reject(error));
consumer.start();
await finished.promise;
const seconds = (performance.now() - started) / 1000;
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ handled, seconds, cpuSeconds: (used.user + used.system) / 1e6 }));
process.exit(0);
