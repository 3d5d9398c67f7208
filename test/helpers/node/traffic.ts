/** Seeded traffic on a `TestL1`: everything that L1 can bring a reader, in any mixture. */
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address, Item } from "../../../src/primitives/types.ts";
import type { Random } from "../execute/random.ts";
import { TestL1, USERS } from "./testL1.ts";

/** Forces transactions; the others only publish, so that late forced entries do not spoil their nonces. */
const FORCED_USER = USERS.length - 1;

const tx = (rollupId: number, rawTx: Uint8Array): Item => ({ kind: "tx", leg: { rollupId, rawTx } });

async function someItem(l1: TestL1, random: Random, rollups: number): Promise<Item> {
	const rollupId = 1 + random.below(rollups);
	const user = random.below(FORCED_USER);
	switch (random.below(8)) {
		case 0:
			return tx(rollupId, random.bytes(random.below(60)));
		case 1:
			return tx(rollups + 1 + random.below(3), random.bytes(20));
		case 2:
			return tx(rollupId, await l1.transfer(rollupId, user, { nonce: 900 }));
		case 3: {
			const leg = { rollupId, rawTx: await l1.transfer(rollupId, user, { nonce: 901 }) };
			return { kind: "bundle", legs: [leg] };
		}
		default:
			return tx(rollupId, await l1.transfer(rollupId, user));
	}
}

async function publishSome(l1: TestL1, random: Random, rollups: number): Promise<void> {
	const items = new Map<number, Item[]>();
	for (const tick of l1.nextTicks(1 + random.below(8))) {
		if (random.below(3) === 0) continue;
		const list: Item[] = [];
		for (let n = random.below(3); n > 0; n--) list.push(await someItem(l1, random, rollups));
		items.set(tick, list);
	}
	if (items.size === 0) return;
	l1.publish(items, random.below(8) === 0 ? "blobs" : "calldata");
}

function publishGarbage(l1: TestL1, random: Random): void {
	const ticks = l1.nextTicks(1);
	if (ticks.length === 0) return;
	const items = new Map(ticks.map((tick): [number, Item[]] => [tick, []]));
	const data = random.bytes(random.below(40));
	l1.publish(items, "calldata", (log) => {
		if (random.below(2) === 0) return { ...log, data: { kind: "calldata", data } };
		return { ...log, header: { ...log.header, ticksRoot: keccakHex(data) } };
	});
}

/** Mines one block with whatever the dice say. Rollups 1 to `rollups` are registered already. */
export async function mineRandom(l1: TestL1, random: Random, rollups: number): Promise<void> {
	if (random.below(6) === 0) l1.skip(1 + random.below(3));
	if (random.below(6) === 0) publishGarbage(l1, random);
	if (random.below(3) > 0) await publishSome(l1, random, rollups);
	if (random.below(4) === 0) {
		const rollupId = 1 + random.below(rollups);
		l1.enqueue(rollupId, await l1.transfer(rollupId, FORCED_USER));
	}
	if (random.below(5) === 0) {
		const recipient = USERS[random.below(USERS.length)]?.address.toLowerCase() as Address;
		l1.deposit(1 + random.below(rollups), recipient, BigInt(1 + random.below(1_000_000)));
	}
	l1.mine();
}

/** A chain with three rollups in two clusters, and that many blocks of traffic. */
export async function busyL1(random: Random, blocks: number): Promise<TestL1> {
	const l1 = new TestL1();
	l1.register();
	l1.register({ cluster: 2, activationTick: 20 });
	l1.mine();
	l1.register();
	l1.mine();
	for (let n = 0; n < blocks; n++) await mineRandom(l1, random, 3);
	return l1;
}
