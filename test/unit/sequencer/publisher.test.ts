import { expect } from "chai";
import { describe, it } from "mocha";
import { isMeridianError, MeridianError } from "../../../src/primitives/errors.ts";
import type { Hash32, Hex } from "../../../src/primitives/types.ts";
import { cheaperCarrier, type Fees, type L1Prices, offer, raise } from "../../../src/sequencer/fees.ts";
import type { L1Account, L1Receipt } from "../../../src/sequencer/l1-account.ts";
import { type Draft, Publisher } from "../../../src/sequencer/publisher.ts";

const GWEI = 1_000_000_000n;
const PRICES: L1Prices = { baseFee: 7n * GWEI, blobBaseFee: 3n, tip: GWEI };

/** An L1 node's transaction pool as far as one account sees it: geth's rules for replacing. */
class FakeL1 implements L1Account {
	readonly address = `0x${"aa".repeat(20)}` as const;
	mined = 0;
	price = PRICES;
	readonly pool = new Map<number, { fees: Fees; hash: Hash32; blobs: boolean }>();
	readonly receipts = new Map<Hash32, L1Receipt>();
	readonly #signed = new Map<Hex, { nonce: number; fees: Fees; hash: Hash32; blobs: boolean }>();
	#count = 0;

	prices = async (): Promise<L1Prices> => this.price;
	nonce = async (): Promise<number> => this.mined;
	balance = async (): Promise<bigint> => 10n ** 18n;
	receipt = async (hash: Hash32): Promise<L1Receipt | null> => this.receipts.get(hash) ?? null;

	sign: L1Account["sign"] = async (_call, nonce, fees, blobs) => {
		const hash: Hash32 = `0x${(++this.#count).toString(16).padStart(64, "0")}`;
		this.#signed.set(hash, { nonce, fees, hash, blobs: blobs.length > 0 });
		return { raw: hash, hash };
	};

	broadcast = async (raw: Hex): Promise<void> => {
		const tx = this.#signed.get(raw);
		if (tx === undefined) throw new MeridianError("halt", "test", "never signed");
		const old = this.pool.get(tx.nonce);
		const factor = tx.blobs ? 200n : 110n;
		const enough = (now: bigint, before: bigint): boolean => now * 100n >= before * factor;
		const accepted =
			old === undefined ||
			(enough(tx.fees.maxFeePerGas, old.fees.maxFeePerGas) &&
				enough(tx.fees.maxPriorityFeePerGas, old.fees.maxPriorityFeePerGas) &&
				(!tx.blobs || enough(tx.fees.maxFeePerBlobGas, old.fees.maxFeePerBlobGas)));
		if (!accepted) throw new MeridianError("retry", "l1-underpriced", "replacement transaction underpriced");
		this.pool.set(tx.nonce, tx);
	};

	mine(nonce: number, success = true): void {
		const tx = this.pool.get(nonce);
		if (tx === undefined) throw new MeridianError("halt", "test", `no transaction with nonce ${nonce}`);
		this.pool.delete(nonce);
		this.mined = nonce + 1;
		const receipt = { hash: tx.hash, blockNumber: 1, success, gasUsed: 45_000n, effectiveGasPrice: 1n };
		this.receipts.set(tx.hash, { ...receipt, blobGasUsed: 0n, blobGasPrice: 0n });
	}
}

function draft(carrier: "blobs" | "calldata", lastTick: number): Draft {
	const blob = { blob: new Uint8Array(), commitment: new Uint8Array(), proofs: [], versionedHash: "0x01" as Hex };
	return {
		carrier,
		call: { to: `0x${"bb".repeat(20)}`, data: "0x", value: 0n, gasLimit: 200_000n },
		blobs: carrier === "blobs" ? [blob] : [],
		parent: `0x${"00".repeat(32)}`,
		firstTick: 1,
		lastTick,
	};
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return "nothing thrown";
	} catch (error) {
		return isMeridianError(error) ? error.code : String(error);
	}
}

describe("fees of a publication", () => {
	it("offer twice the base fee and the node's tip, and at least one wei for blob gas", () => {
		expect(offer({ ...PRICES, blobBaseFee: 0n })).to.deep.equal({
			maxFeePerGas: 15n * GWEI,
			maxPriorityFeePerGas: GWEI,
			maxFeePerBlobGas: 1n,
		});
	});

	it("double all three fees to replace a blob transaction, and a tenth more is enough for calldata", () => {
		const old: Fees = { maxFeePerGas: 15n * GWEI, maxPriorityFeePerGas: GWEI, maxFeePerBlobGas: 6n };
		expect(raise(old, PRICES, "blobs")).to.deep.equal({
			maxFeePerGas: 30n * GWEI,
			maxPriorityFeePerGas: 2n * GWEI,
			maxFeePerBlobGas: 12n,
		});
		const calldata = raise(old, PRICES, "calldata");
		expect(calldata.maxFeePerGas * 100n >= old.maxFeePerGas * 110n).to.equal(true);
		expect(calldata.maxFeePerGas < 2n * old.maxFeePerGas).to.equal(true);
	});

	it("never go below what today's prices ask, nor offer a tip above the fee", () => {
		const old: Fees = { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n, maxFeePerBlobGas: 1n };
		const raised = raise(old, PRICES, "blobs");
		expect(raised.maxFeePerGas).to.equal(15n * GWEI);
		expect(raised.maxPriorityFeePerGas <= raised.maxFeePerGas).to.equal(true);
	});

	it("prefer calldata for a few bytes when blobs are dear, and blobs for many", () => {
		const dear: L1Prices = { ...PRICES, blobBaseFee: 5n * GWEI };
		expect(cheaperCarrier(500, dear)).to.equal("calldata");
		expect(cheaperCarrier(100_000, dear)).to.equal("blobs");
		expect(cheaperCarrier(500, PRICES)).to.equal("blobs");
	});
});

describe("publisher", () => {
	it("is idle, then waits, then reports what was mined", async () => {
		const l1 = new FakeL1();
		const publisher = new Publisher(l1);
		expect((await publisher.settle()).kind).to.equal("idle");
		expect(await publisher.send(draft("blobs", 5), 10)).to.equal(true);
		expect((await publisher.settle()).kind).to.equal("waiting");
		l1.mine(0);
		const settled = await publisher.settle();
		expect(settled.kind === "mined" && settled.draft.lastTick).to.equal(5);
		expect(publisher.inFlight).to.equal(null);
	});

	it("raises fees at the same nonce once its patience is over, and the node accepts", async () => {
		const l1 = new FakeL1();
		const publisher = new Publisher(l1, { patience: 2 });
		await publisher.send(draft("blobs", 5), 10);
		expect(publisher.isStale(11)).to.equal(false);
		expect(publisher.isStale(12)).to.equal(true);
		expect(await publisher.bump(12)).to.equal(true);
		expect(publisher.inFlight?.nonce).to.equal(0);
		expect(publisher.inFlight?.sent.length).to.equal(2);
		expect(l1.pool.get(0)?.fees.maxFeePerGas).to.equal(30n * GWEI);
		expect(publisher.isStale(12)).to.equal(false);
	});

	it("replaces content in flight, and knows which of the two was mined", async () => {
		const l1 = new FakeL1();
		const publisher = new Publisher(l1);
		await publisher.send(draft("blobs", 5), 10);
		await publisher.send(draft("blobs", 7), 11);
		expect(l1.pool.size).to.equal(1);
		l1.mine(0);
		const settled = await publisher.settle();
		expect(settled.kind === "mined" && settled.draft.lastTick).to.equal(7);
	});

	it("after a reorg replaces the transaction that the node has put back into its pool (trap 15)", async () => {
		const l1 = new FakeL1();
		const publisher = new Publisher(l1);
		await publisher.send(draft("calldata", 5), 10);
		const first = l1.pool.get(0);
		l1.mine(0);
		await publisher.settle();
		if (first !== undefined) l1.pool.set(0, first);
		l1.mined = 0;
		l1.receipts.clear();
		expect(await publisher.send(draft("calldata", 6), 11)).to.equal(true);
		expect(publisher.inFlight?.nonce).to.equal(0);
		expect(l1.pool.get(0)?.hash).to.equal(publisher.inFlight?.sent[0]?.hash);
	});

	it("fills the gap that a reorg leaves before what is in flight, if the node has forgotten what was there (trap 15)", async () => {
		const l1 = new FakeL1();
		const publisher = new Publisher(l1, { patience: 2 });
		await publisher.send(draft("calldata", 5), 10);
		l1.mine(0);
		await publisher.settle();
		await publisher.send(draft("calldata", 6), 11);
		expect(publisher.inFlight?.nonce).to.equal(1);
		l1.mined = 0;
		l1.receipts.clear();
		expect(await publisher.settle()).to.have.nested.property("inFlight.nonce", 0);
		expect(await publisher.bump(13)).to.equal(true);
		l1.mine(0);
		const settled = await publisher.settle();
		expect(settled).to.have.nested.property("draft.lastTick", 6);
	});

	it("tries higher fees when the node finds a replacement underpriced that it alone remembers", async () => {
		const l1 = new FakeL1();
		const forgotten = new Publisher(l1);
		await forgotten.send(draft("blobs", 5), 10);
		const publisher = new Publisher(l1);
		expect(await publisher.send(draft("blobs", 6), 11)).to.equal(true);
		expect(l1.pool.get(0)?.hash).to.equal(publisher.inFlight?.sent[0]?.hash);
	});

	it("waits instead of paying more than its limit", async () => {
		const l1 = new FakeL1();
		const publisher = new Publisher(l1, { maxFeePerGas: 20n * GWEI });
		expect(await publisher.send(draft("blobs", 5), 10)).to.equal(true);
		expect(await publisher.bump(20)).to.equal(false);
		expect(l1.pool.get(0)?.fees.maxFeePerGas).to.equal(15n * GWEI);
	});

	it("says when its nonce went to somebody else's transaction", async () => {
		const l1 = new FakeL1();
		const publisher = new Publisher(l1);
		await publisher.send(draft("blobs", 5), 10);
		l1.pool.clear();
		l1.mined = 1;
		// Receipts may lag behind nonces: one look is not enough.
		expect((await publisher.settle()).kind).to.equal("waiting");
		expect((await publisher.settle()).kind).to.equal("displaced");
		expect(publisher.inFlight).to.equal(null);
	});

	it("has nothing to raise when nothing is in flight", async () => {
		expect(await codeOf(new Publisher(new FakeL1()).bump(1))).to.equal("publisher-idle");
	});
});
