// Starts fauxqs, an SQS emulator, on loopback and a port of its own, says which, and ends when its standard input
// does: so that none outlives the tests that started it.
import { buildApp } from "fauxqs";

const app = buildApp({ logger: false });
await app.listen({ host: "127.0.0.1", port: Number(process.argv[2] ?? 0) });
console.log(`port ${app.server.address().port}`);
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
