import { expect } from "chai";
import { describe, it } from "mocha";
import { uintToBytes } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address } from "../../../src/primitives/types.ts";
import { type AccountView, Mempool, type PoolTx } from "../../../src/sequencer/mempool.ts";

const ALICE: Address = `0x${"a1".repeat(20)}`;
const BOB: Address = `0x${"b0".repeat(20)}`;
const RICH: AccountView = { nonce: 0n, balance: 10n ** 18n };
const GAS_LIMIT = 5_000_000n;

function tx(sender: Address, nonce: number, fields: Partial<PoolTx> = {}): PoolTx {
	const rollupId = fields.rollupId ?? 1;
	const fee = fields.maxFeePerGas ?? 100n;
	const rawTx = new TextEncoder().encode(`${rollupId} ${sender} ${nonce} ${fee}`);
	return {
		rollupId,
		rawTx,
		hash: keccakHex(rawTx),
		sender,
		nonce: BigInt(nonce),
		gasLimit: 21_000n,
		maxFeePerGas: fee,
		maxPriorityFeePerGas: 10n,
		cost: 1_000n,
		...fields,
	};
}

const label = (taken: readonly PoolTx[]): string[] =>
	taken.map((t) => `${t.sender === ALICE ? "alice" : "bob"}${t.nonce}@${t.rollupId}`);
const all = (): boolean => true;
const zero = (): bigint => 0n;

describe("mempool", () => {
	it("orders all rollups' transactions by arrival, each sender's by nonce", () => {
		const pool = new Mempool();
		for (const t of [tx(ALICE, 1), tx(BOB, 0, { rollupId: 2 }), tx(ALICE, 0), tx(BOB, 0)])
			expect(pool.add(t, RICH, GAS_LIMIT)).to.equal(null);
		expect(label(pool.take(zero, all))).to.deep.equal(["bob0@2", "alice0@1", "alice1@1", "bob0@1"]);
		expect(pool.size).to.equal(0);
	});

	it("keeps what follows a gap until the gap closes", () => {
		const pool = new Mempool();
		pool.add(tx(ALICE, 0), RICH, GAS_LIMIT);
		pool.add(tx(ALICE, 2), RICH, GAS_LIMIT);
		expect(label(pool.take(zero, all))).to.deep.equal(["alice0@1"]);
		pool.add(tx(ALICE, 1), { ...RICH, nonce: 1n }, GAS_LIMIT);
		expect(label(pool.take(() => 1n, all))).to.deep.equal(["alice1@1", "alice2@1"]);
	});

	it("what does not fit this tick stays, and so does what the same sender sent after it", () => {
		const pool = new Mempool();
		for (const t of [tx(ALICE, 0, { gasLimit: 900n }), tx(ALICE, 1), tx(BOB, 0)]) pool.add(t, RICH, GAS_LIMIT);
		expect(label(pool.take(zero, (t) => t.gasLimit !== 900n))).to.deep.equal(["bob0@1"]);
		expect(label(pool.take(zero, all))).to.deep.equal(["alice0@1", "alice1@1"]);
	});

	it("refuses with the reason", () => {
		const pool = new Mempool({ size: 3, perSender: 2 });
		const account: AccountView = { nonce: 5n, balance: 5_000n };
		expect(pool.add(tx(ALICE, 4), account, GAS_LIMIT)).to.equal("nonce-too-low");
		expect(pool.add(tx(ALICE, 7), account, GAS_LIMIT)).to.equal("nonce-too-far");
		expect(pool.add(tx(ALICE, 5, { cost: 5_001n }), account, GAS_LIMIT)).to.equal("balance");
		expect(pool.add(tx(ALICE, 5, { gasLimit: GAS_LIMIT + 1n }), account, GAS_LIMIT)).to.equal("gas-limit");
		expect(pool.add(tx(ALICE, 5), account, GAS_LIMIT)).to.equal(null);
		expect(pool.add(tx(ALICE, 5), account, GAS_LIMIT)).to.equal("already-known");
		expect(pool.add(tx(ALICE, 6), account, GAS_LIMIT)).to.equal(null);
		expect(pool.add(tx(ALICE, 7), { ...account, nonce: 6n }, GAS_LIMIT)).to.equal("sender-full");
		expect(pool.add(tx(BOB, 5), account, GAS_LIMIT)).to.equal(null);
		expect(pool.add(tx(BOB, 6), account, GAS_LIMIT)).to.equal("pool-full");
	});

	it("replaces for a tenth more on both fees, and the replacement keeps the place in line", () => {
		const pool = new Mempool();
		pool.add(tx(ALICE, 0), RICH, GAS_LIMIT);
		pool.add(tx(BOB, 0), RICH, GAS_LIMIT);
		const cheap = tx(ALICE, 0, { maxFeePerGas: 109n, maxPriorityFeePerGas: 11n });
		expect(pool.add(cheap, RICH, GAS_LIMIT)).to.equal("underpriced-replacement");
		const sameTip = tx(ALICE, 0, { maxFeePerGas: 120n });
		expect(pool.add(sameTip, RICH, GAS_LIMIT)).to.equal("underpriced-replacement");
		const better = tx(ALICE, 0, { maxFeePerGas: 110n, maxPriorityFeePerGas: 11n });
		expect(pool.add(better, RICH, GAS_LIMIT)).to.equal(null);
		expect(pool.size).to.equal(2);
		const taken = pool.take(zero, all);
		expect(label(taken)).to.deep.equal(["alice0@1", "bob0@1"]);
		expect(taken[0]?.maxFeePerGas).to.equal(110n);
	});

	it("puts back undone transactions in front, in their order, unless they have been replaced", () => {
		const pool = new Mempool();
		const undone = [tx(ALICE, 0), tx(BOB, 0), tx(BOB, 1)];
		pool.add(tx(ALICE, 0, { rollupId: 2 }), RICH, GAS_LIMIT);
		pool.add(tx(BOB, 1, { maxFeePerGas: 500n }), RICH, GAS_LIMIT);
		pool.restore(undone);
		const taken = pool.take(zero, all);
		expect(label(taken)).to.deep.equal(["alice0@1", "bob0@1", "alice0@2", "bob1@1"]);
		expect(taken[3]?.maxFeePerGas).to.equal(500n);
		pool.restore([tx(ALICE, 0)]);
		pool.restore([tx(BOB, 0)]);
		expect(label(pool.take(zero, all))).to.deep.equal(["bob0@1", "alice0@1"]);
	});

	it("forgets nonces that others used up", () => {
		const pool = new Mempool();
		for (let nonce = 0; nonce < 4; nonce++) pool.add(tx(ALICE, nonce), RICH, GAS_LIMIT);
		pool.prune(() => 3n);
		expect(pool.size).to.equal(1);
		expect(label(pool.take(() => 3n, all))).to.deep.equal(["alice3@1"]);
	});

	it("is the same whatever the order in which a sender's nonces arrive (seeded)", () => {
		const seed = Number(process.env.MERIDIAN_SEED ?? 7);
		const order = (i: number): string => keccakHex(uintToBytes(seed * 1_000 + i, 8));
		const shuffled = Array.from({ length: 64 }, (_, i) => i).sort((a, b) => (order(a) < order(b) ? -1 : 1));
		const pool = new Mempool();
		for (const nonce of shuffled) pool.add(tx(ALICE, nonce), RICH, GAS_LIMIT);
		const nonces = pool.take(zero, all).map((t) => Number(t.nonce));
		expect(nonces, `seed ${seed}`).to.deep.equal(Array.from({ length: 64 }, (_, i) => i));
	});
});
