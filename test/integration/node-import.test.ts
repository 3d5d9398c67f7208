import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { openReader, type Reader } from "../../src/node/reader.ts";
import { memoryStore } from "../../src/store/open.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { importChain } from "../helpers/node/ethereumClient.ts";
import { drain, temporaryDirectory } from "../helpers/node/snapshot.ts";
import { busyL1 } from "../helpers/node/traffic.ts";

describe("a plain Ethereum client imports genesis.json and blocks.rlp (principle 4, E-26)", function () {
	this.timeout(60_000);
	const random = seededRandom(4);
	const hashes = new Map<number, string[]>();
	let directory = "";
	let reader: Reader;

	before(async () => {
		directory = await temporaryDirectory();
		const l1 = await busyL1(random, 60);
		reader = await openReader({ source: l1, store: await memoryStore(), out: directory });
		for (const event of await drain(reader.run({ until: "latest" }))) {
			if (event.kind !== "tick") continue;
			for (const { hash, rollupId } of event.blocks) hashes.set(rollupId, [...(hashes.get(rollupId) ?? []), hash]);
		}
	});

	after(() => rm(directory, { recursive: true }));

	for (const rollupId of [1, 2, 3]) {
		it(`rollup ${rollupId}: every block is valid and has the hash the reader says (seed ${random.seed})`, async () => {
			const folder = join(directory, `rollup-${rollupId}`);
			const imported = await importChain(join(folder, "genesis.json"), join(folder, "blocks.rlp"));
			const head = reader.heads().find((candidate) => candidate.rollupId === rollupId);
			expect(imported.hashes).to.deep.equal(hashes.get(rollupId));
			expect(imported.hashes.at(-1)).to.equal(head?.hash);
			expect(imported.stateRoot).to.equal(head?.stateRoot);
			expect(imported.hashes.length).to.be.above(8);
		});
	}
});
