// Drains the stub's queue with sqs-consumer: batches of ten, deleted ten at a time (handleMessageBatch, its fastest way).
// Usage: node consumer.mjs <endpoint> <messages>
import { SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";

const [endpoint, count] = [process.argv[2], Number(process.argv[3])];
let handled = 0;
let started = 0;
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
    started ||= performance.now();
    handled += messages.length;
    if (handled >= count) {
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
console.log(JSON.stringify({ handled, seconds }));
process.exit(0);
