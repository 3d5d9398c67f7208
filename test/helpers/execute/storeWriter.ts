/** Commits for ever to the store in argv[2], from sequence argv[3]: every key to the sequence. Prints what is acknowledged. */
import { openStore } from "../../../src/store/open.ts";
import type { Changes } from "../../../src/store/types.ts";

const [, , directory = "", first = "1"] = process.argv;
const store = await openStore(directory);
for (let n = Number(first); ; n++) {
	const batch: Changes = new Map();
	for (let i = 0; i < 400; i++) batch.set(`k${i}`, Buffer.from(`${n}:`.padEnd(500, "v")));
	await store.commit(n, batch);
	process.stdout.write(`${n}\n`);
}
