// Amazon's own client for JavaScript, as a program: what somebody does who has never heard of Eventide.
//   node sqs.mjs ENDPOINT create NAME [DEAD-LETTER-NAME]   creates a queue, its dead-letter queue too
//   node sqs.mjs ENDPOINT send NAME                        sends each line of standard input as a message
//   node sqs.mjs ENDPOINT take NAME COUNT                  receives, prints and deletes messages until COUNT have come or 10 s are over
import {
  CreateQueueCommand, DeleteMessageBatchCommand, GetQueueAttributesCommand, GetQueueUrlCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient,
} from "@aws-sdk/client-sqs";
import { text } from "node:stream/consumers";

const [endpoint, verb, name, argument] = process.argv.slice(2);
const sqs = new SQSClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
const urlOf = async (QueueName) => (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;

switch (verb) {
  case "create": {
    const Attributes = {};
    if (argument) {
      const dead = await sqs.send(new CreateQueueCommand({ QueueName: argument }));
      const { Attributes: { QueueArn } } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: dead.QueueUrl, AttributeNames: ["QueueArn"] }));
      Attributes.RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: 50 });
    }
    await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    break;
  }
  case "send": {
    const QueueUrl = await urlOf(name);
    const lines = (await text(process.stdin)).split("\n").filter((line) => line);
    const batches = [];
    for (let at = 0; at < lines.length; at += 10) {
      batches.push(lines.slice(at, at + 10).map((MessageBody, i) => ({ Id: `m${i}`, MessageBody })));
    }
    const work = async () => {
      for (let Entries; (Entries = batches.shift());) {
        const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
        if (Failed?.length) {
          throw new Error(JSON.stringify(Failed));
        }
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    console.log(lines.length);
    break;
  }
  case "take": {
    const QueueUrl = await urlOf(name);
    let left = Number(argument);
    for (const until = Date.now() + 10_000; left > 0 && Date.now() < until;) {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({
        QueueUrl, MaxNumberOfMessages: Math.min(10, left), WaitTimeSeconds: 1, MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }));
      if (Messages?.length) {
        left -= Messages.length;
        for (const { Body, MessageAttributes } of Messages) {
          const attributes = Object.fromEntries(Object.entries(MessageAttributes ?? {}).map(([key, value]) => [key, value.StringValue]));
          console.log(JSON.stringify({ body: Body, attributes }));
        }
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Messages.map(({ ReceiptHandle }, i) => ({ Id: `m${i}`, ReceiptHandle })) }));
      }
    }
    break;
  }
  default:
    throw new Error(`unknown verb '${verb}'`);
}
