import { expect } from "chai";
import { describe, it } from "mocha";
import { itemHash } from "../../src/codec/itemHash.ts";
import { merkleRoot } from "../../src/codec/merkle.ts";
import { openReader, type ReaderEvent } from "../../src/node/reader.ts";
import type { PositionRecord } from "../../src/node/records.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import { keccakHex } from "../../src/primitives/hash.ts";
import type { Item } from "../../src/primitives/types.ts";
import { memoryStore } from "../../src/store/open.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { drain } from "../helpers/node/snapshot.ts";
import { TestL1 } from "../helpers/node/testL1.ts";
import { busyL1 } from "../helpers/node/traffic.ts";

const item = (rollupId: number, rawTx: Uint8Array): Item => ({ kind: "tx", leg: { rollupId, rawTx } });
const did = ({ outcome }: PositionRecord): string | undefined =>
	outcome?.kind === "dropped" ? outcome.reason : outcome?.kind;
const ticksOf = (events: readonly ReaderEvent[]) => events.flatMap((event) => (event.kind === "tick" ? [event] : []));

describe("the reader", () => {
	it("two rollups join at their tick, not before, and not with each other (trap 20)", async () => {
		const l1 = new TestL1();
		l1.mine();
		const [, , , first = 0] = l1.nextTicks(6);
		l1.register({ activationTick: first });
		l1.register({ cluster: 2, activationTick: first + 1 });
		l1.mine();
		// Ticks of the slot before the registrations' block can still be published.
		const items = new Map<number, Item[]>();
		for (let tick = first - 1; tick <= first + 2; tick++) {
			items.set(tick, [
				item(1, await l1.transfer(1, 0, { nonce: Math.max(0, tick - first) })),
				item(2, await l1.transfer(2, 0, { nonce: Math.max(0, tick - first - 1) })),
			]);
		}
		l1.publish(items);
		l1.mine();
		const reader = await openReader({ source: l1 });
		const ticks = ticksOf(await drain(reader.run({ until: "latest" })));
		expect(ticks.map(({ record }) => record.positions.map(did))).to.deep.equal([
			["unknown-rollup", "unknown-rollup"],
			["included", "unknown-rollup"],
			["included", "included"],
			["included", "included"],
		]);
		expect(reader.heads().map((head) => head.number)).to.deep.equal([3, 2]);
	});

	it("executes only the clusters it is told to; order and the other rollups' blocks stay the same", async () => {
		const random = seededRandom(5);
		const l1 = await busyL1(random, 40);
		const all = await openReader({ source: l1 });
		const one = await openReader({ source: l1, clusters: new Set([2]) });
		const none = await openReader({ source: l1, clusters: new Set() });
		const [full = [], part = [], bare = []] = [
			ticksOf(await drain(all.run({ until: "latest" }))),
			ticksOf(await drain(one.run({ until: "latest" }))),
			ticksOf(await drain(none.run({ until: "latest" }))),
		];
		expect(part.map(({ record }) => record.orderRoot)).to.deep.equal(full.map(({ record }) => record.orderRoot));
		expect(one.summary().accumulatorRoot).to.equal(all.summary().accumulatorRoot);
		expect(one.summary().stateHash).to.equal(all.summary().stateHash);
		expect(one.heads()).to.deep.equal(all.heads().filter((head) => head.rollupId === 2));
		expect(none.heads()).to.deep.equal([]);
		// What needs no execution is known all the same.
		const unknown = (ticks: typeof full) =>
			ticks.flatMap(({ record }) => record.positions.map(did)).filter((what) => what === "unknown-rollup").length;
		expect(unknown(bare)).to.equal(unknown(full));
		expect(unknown(full)).to.be.above(0);
	});

	it("a refused rollup (E-1) has a record and no blocks; its neighbours go on", async () => {
		const l1 = new TestL1();
		l1.register({ template: 9 });
		l1.register();
		l1.mine();
		const [tick = 0] = l1.nextTicks(1);
		l1.publish(new Map([[tick, [item(1, await l1.transfer(1, 0)), item(2, await l1.transfer(2, 0))]]]));
		l1.mine();
		const reader = await openReader({ source: l1 });
		const [derived] = ticksOf(await drain(reader.run({ until: "latest" })));
		expect(derived?.record.positions.map(did)).to.deep.equal(["rollup-refused", "included"]);
		expect(reader.index.rollup(1)).to.include({ refused: true, genesis: null });
		expect(reader.index.rollup(2)).to.include({ refused: false });
	});

	it("finds ticks, publications, blocks, and every place of a transaction", async () => {
		const l1 = new TestL1();
		l1.register();
		l1.mine();
		const raw = await l1.transfer(1, 0);
		const [tick = 0] = l1.nextTicks(1);
		l1.publish(
			new Map([
				[
					tick,
					[
						item(1, raw),
						item(1, raw),
						{
							kind: "bundle",
							legs: [
								{ rollupId: 1, rawTx: Uint8Array.of(9) },
								{ rollupId: 1, rawTx: raw },
							],
						},
					],
				],
			]),
		);
		l1.mine();
		const reader = await openReader({ source: l1 });
		const [derived] = ticksOf(await drain(reader.run({ until: "latest" })));
		const places = await reader.index.places(keccakHex(raw));
		expect(places).to.deep.equal([
			{ tick, class: 1, index: 0, leg: 0 },
			{ tick, class: 1, index: 1, leg: 0 },
			{ tick, class: 1, index: 2, leg: 1 },
		]);
		expect(reader.index.tick(tick)).to.deep.equal(derived?.record);
		expect(reader.index.tick(tick + 1)).to.equal(null);
		expect(reader.index.publication(1)).to.include({ valid: true, items: 3, firstTick: tick });
		expect(reader.index.block(1, 1)).to.deep.equal(derived?.blocks[0]?.rlp);
		expect(await reader.index.places(`0x${"12".repeat(32)}`)).to.deep.equal([]);
	});

	it("order.jsonl proves its own order: itemsRoot follows from rollup ids and transaction hashes (S-1, S-3)", async () => {
		const raw = Uint8Array.of(1, 2, 3);
		const l1 = new TestL1();
		l1.mine();
		const [tick = 0] = l1.nextTicks(1);
		const items: Item[] = [item(7, raw), { kind: "bundle", legs: [{ rollupId: 7, rawTx: raw }] }];
		l1.publish(new Map([[tick, items]]));
		l1.mine();
		const reader = await openReader({ source: l1 });
		const [derived] = ticksOf(await drain(reader.run({ until: "latest" })));
		expect(derived?.record.itemsRoot).to.equal(bytesToHex(merkleRoot(items.map(itemHash))));
		expect(derived?.record.positions.map(({ bundle, legs }) => ({ bundle, legs }))).to.deep.equal([
			{ bundle: false, legs: [{ rollupId: 7, txHash: keccakHex(raw) }] },
			// Dropped; its bytes are no transaction, so there are no tags to tell.
			{ bundle: true, legs: [{ rollupId: 7, txHash: keccakHex(raw), tags: null }] },
		]);
	});

	it("tells safe and finalized heads, also after a restart", async () => {
		const l1 = new TestL1();
		l1.register();
		l1.mine();
		const numbers: number[] = [];
		for (let n = 0; n < 6; n++) {
			const [tick = 0] = l1.nextTicks(1);
			l1.publish(new Map([[tick, [item(1, await l1.transfer(1, 0))]]]));
			numbers.push(tick);
			l1.mine();
		}
		l1.finalized = l1.head.number - 2;
		const store = await memoryStore();
		const heads = async () => {
			const reader = await openReader({ source: l1, store });
			const events = await drain(reader.run({ until: "latest" }));
			return events.flatMap((event) => (event.kind === "heads" ? [event] : [])).at(-1);
		};
		const first = await heads();
		expect(first?.safe.tick).to.equal(numbers[5]);
		expect(first?.safe.rollups.map((rollup) => rollup.number)).to.deep.equal([6]);
		expect(first?.finalized.tick).to.equal(numbers[3]);
		expect(first?.finalized.rollups.map((rollup) => rollup.number)).to.deep.equal([4]);
		l1.mine();
		const again = await heads();
		expect(again?.finalized).to.deep.equal(first?.finalized);
		expect(again?.safe).to.deep.equal(first?.safe);
		await store.close();
	});

	it("a store is of one timeline and one choice of clusters, and says what differs", async () => {
		const l1 = await busyL1(seededRandom(6), 3);
		const store = await memoryStore();
		await drain((await openReader({ source: l1, store })).run({ until: "latest" }));
		const failure = await openReader({ source: l1, store, clusters: new Set([1]) }).catch((error: unknown) => error);
		expect(failure).to.include({ code: "store-of-another", recovery: "usage" });
		expect((failure as Error).message).to.match(/clusters is null, not \[1\]/);
		await store.close();
	});
});
