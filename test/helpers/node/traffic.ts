/** Seeded traffic on a `TestL1`: everything that L1 can bring a reader, in any mixture. */
import { MAILBOX_ADDRESS } from "../../../src/execute/predeploys.ts";
import { ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address, Item, Leg } from "../../../src/primitives/types.ts";
import { tag } from "../execute/mailbox.ts";
import type { Random } from "../execute/random.ts";
import { TestL1, USERS } from "./testL1.ts";

/** Forces transactions; the others only publish, so that late forced entries do not spoil their nonces. */
const FORCED_USER = USERS.length - 1;
/** Delivers messages with nonces at random, since some are not sent. */
const DELIVERING_USER = FORCED_USER - 1;

const tx = (rollupId: number, rawTx: Uint8Array): Item => ({ kind: "tx", leg: { rollupId, rawTx } });

/** Holds, fails at its last leg, or is of several clusters: rollup 2 is of another than 1 and 3. */
async function someBundle(l1: TestL1, random: Random, rollups: number): Promise<Item> {
	const user = random.below(DELIVERING_USER);
	const same = [1, 3, 1 + random.below(2) * 2].filter((rollupId) => rollupId <= rollups);
	const kind = random.below(3);
	const legs: Leg[] = [];
	for (const rollupId of kind === 2 ? [...same, 2] : same) {
		const fails = kind > 0 && legs.length + 1 >= same.length;
		// What a bundle that fails would have used stays free for others.
		const nonce = kind === 0 ? {} : { nonce: fails ? 901 : l1.nonce(rollupId, user) };
		legs.push({ rollupId, rawTx: await l1.transfer(rollupId, user, nonce) });
	}
	return { kind: "bundle", legs };
}

/** Relies on a message that was sent to the rollup, perhaps in an orphan only, or to another. */
async function someDelivery(l1: TestL1, random: Random, rollupId: number): Promise<Item> {
	const sent = l1.sent[random.below(l1.sent.length)];
	const key = sent === undefined ? ZERO_HASH : tag("dlvr", sent.id);
	const accessList = [{ address: MAILBOX_ADDRESS, storageKeys: [key] }];
	return tx(rollupId, await l1.transfer(rollupId, DELIVERING_USER, { nonce: random.below(4), accessList }));
}

async function someItem(l1: TestL1, random: Random, rollups: number): Promise<Item> {
	const rollupId = 1 + random.below(rollups);
	const user = random.below(DELIVERING_USER);
	switch (random.below(8)) {
		case 0:
			return tx(rollupId, random.bytes(random.below(60)));
		case 1:
			return tx(rollups + 1 + random.below(3), random.bytes(20));
		case 2:
			return tx(rollupId, await l1.transfer(rollupId, user, { nonce: 900 }));
		case 3:
			return await someBundle(l1, random, rollups);
		case 4:
			return await someDelivery(l1, random, rollupId);
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
	if (random.below(4) === 0) l1.message(1 + random.below(rollups));
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
