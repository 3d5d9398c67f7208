/** A reader in a process that a test kills: argv is seed, L1 blocks, directory. Prints each L1 block it has done. */
import { join } from "node:path";
import { openReader } from "../../../src/node/reader.ts";
import { openStore } from "../../../src/store/open.ts";
import { seededRandom } from "../execute/random.ts";
import { busyL1 } from "./traffic.ts";

const [, , seed, blocks, directory = ""] = process.argv;
const source = await busyL1(seededRandom(Number(seed)), Number(blocks));
const store = await openStore(join(directory, "store"));
const reader = await openReader({ source, store, out: directory });
for await (const event of reader.run({ until: "latest" })) {
	if (event.kind === "block") process.stdout.write(`${event.l1.number}\n`);
}
await store.close();
