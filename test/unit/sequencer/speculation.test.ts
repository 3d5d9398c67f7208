import { expect } from "chai";
import { describe, it } from "mocha";
import { itemsRoot, tickHash, ticksRoot } from "../../../src/codec/order.ts";
import { applyTicks, buildPublication, type PlannedTick } from "../../../src/derive/plan.ts";
import { genesisState } from "../../../src/derive/state.ts";
import { step } from "../../../src/derive/step.ts";
import type { DerivedTick, L1Block, OrderState, TimelineLog } from "../../../src/derive/types.ts";
import { bytesToHex, uintToBytes, ZERO_ADDRESS, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address, Hash32, TimelineConfig } from "../../../src/primitives/types.ts";
import { keyOfLast, type Plan, reconcile } from "../../../src/sequencer/speculation.ts";

const COINBASE: Address = `0x${"c0".repeat(20)}`;
const CONFIG: TimelineConfig = {
	startBlock: 1,
	genesisTime: 1_000,
	beaconGenesisTime: 1_000,
	slotSeconds: 12,
	tickSeconds: 2,
	maxLag: 96,
	forcedDelay: 48,
	maxOriginAge: 36,
	ringSize: 8_192,
	clusterGasPerSlot: 180_000_000n,
};

/** A chain of L1 blocks, one per slot; `fork` gives blocks of the same numbers other hashes. */
class Chain {
	state: OrderState = genesisState(CONFIG, ZERO_HASH);
	readonly derived: DerivedTick[] = [];
	readonly #fork: number;

	constructor(fork = 0) {
		this.#fork = fork;
	}

	mine(...logs: TimelineLog[]): this {
		const number = this.state.l1.number + 1;
		const hash = (tag: number): Hash32 => keccakHex(uintToBytes(number * 1_000 + tag, 32));
		const block: L1Block = {
			number,
			hash: hash(this.#fork),
			parentHash: this.state.l1.hash,
			timestamp: CONFIG.genesisTime + 12 * number,
			prevRandao: hash(500),
			logs,
		};
		const result = step(CONFIG, this.state, block);
		this.state = result.state;
		this.derived.push(...result.ticks);
		return this;
	}

	publish(planned: readonly PlannedTick[]): this {
		const last = this.state.blocks.find((block) => block.number === planned.at(-1)?.l1Origin);
		const l1OriginHash = last?.hash ?? ZERO_HASH;
		const built = buildPublication({
			parent: this.state.head,
			coinbase: COINBASE,
			l1OriginHash,
			target: "calldata",
			ticks: planned,
		});
		if (!built.ok) return expect.fail("does not fit");
		const data = { kind: "calldata", data: built.data } as const;
		return this.mine({ kind: "published", header: built.header, publisher: COINBASE, data });
	}
}

const registration: TimelineLog = {
	kind: "rollupRegistered",
	rollupId: 1,
	owner: COINBASE,
	config: {
		chainId: 7_001,
		cluster: 1,
		gasLimit: 10_000_000,
		feeRecipient: COINBASE,
		activationTick: 1,
		settlement: ZERO_ADDRESS,
		template: 1,
		genesisHash: ZERO_HASH,
	},
	allocation: new Uint8Array(),
};

const deposit = (index: number): TimelineLog => ({
	kind: "deposited",
	rollupId: 1,
	index,
	sender: COINBASE,
	recipient: COINBASE,
	gwei: 5n,
});

const planned = (tick: number, l1Origin: number): PlannedTick => ({
	tick,
	l1Origin,
	items: [{ kind: "tx", leg: { rollupId: 1, rawTx: uintToBytes(tick, 4) } }],
});

/** Plans ordered one upon the other on that state, as the sequencer does. */
function plansOn(state: OrderState, ticks: readonly PlannedTick[]): Plan[] {
	let current = state;
	return ticks.map((tick) => {
		const applied = applyTicks(CONFIG, current, COINBASE, [tick]);
		if (!applied.ok) return expect.fail(applied.reason);
		current = applied.state;
		return { planned: tick, key: keyOfLast(applied.ticks), taken: { promised: [], bundles: [], txs: [], unseen: [] } };
	});
}

const ticksOf = (plans: readonly Plan[]): number[] => plans.map((plan) => plan.planned.tick);
const on = (chain: Chain, from = 0) => ({
	config: CONFIG,
	coinbase: COINBASE,
	state: chain.state,
	derived: chain.derived,
	from,
	displaced: false,
});

describe("unsafe ticks held against L1", () => {
	const setup = (): { chain: Chain; plans: Plan[] } => {
		const chain = new Chain().mine(registration).mine().mine();
		return { chain, plans: plansOn(chain.state, [planned(18, 2), planned(19, 2), planned(21, 3)]) };
	};

	it("keep their meaning when a new L1 block says nothing about them", () => {
		const { chain, plans } = setup();
		const { kept, speculative, state, undone } = reconcile(on(chain.mine(deposit(0))), plans);
		expect([ticksOf(kept), ticksOf(undone)]).to.deep.equal([[18, 19, 21], []]);
		expect(speculative.map((tick) => tick.tick)).to.deep.equal([18, 19, 21]);
		expect(state.lastTick).to.equal(21);
	});

	it("are kept as published when L1 derives the very same ticks, and the rest stays ahead", () => {
		const { chain, plans } = setup();
		chain.publish([planned(18, 2), planned(19, 2)]);
		const { kept, speculative, undone } = reconcile(on(chain), plans);
		expect(chain.state.lastTick).to.equal(19);
		expect([ticksOf(kept), ticksOf(undone)]).to.deep.equal([[18, 19, 21], []]);
		expect(speculative.map((tick) => tick.tick)).to.deep.equal([21]);
	});

	it("are undone when somebody else published other ticks in their place", () => {
		const { chain, plans } = setup();
		const other = { ...planned(18, 2), items: [] };
		chain.publish([other, planned(20, 2)]);
		const { kept, undone } = reconcile(on(chain), plans);
		expect([ticksOf(kept), ticksOf(undone)]).to.deep.equal([[21], [18, 19]]);
	});

	it("are undone from the first one on that an L1 reorg changes: another l1Origin (trap 15)", () => {
		const { chain, plans } = setup();
		expect(chain.state.l1.number).to.equal(3);
		const reorged = new Chain();
		reorged.mine(registration).mine();
		const fork = new Chain(1);
		fork.state = reorged.state;
		fork.mine();
		const { kept, state, undone } = reconcile(on(fork), plans);
		expect([ticksOf(kept), ticksOf(undone)]).to.deep.equal([[18, 19], [21]]);
		expect(state.lastTick).to.equal(19);
	});

	it("are undone when a reorg brings a deposit that they credit (trap 15)", () => {
		const { plans } = setup();
		const reorged = new Chain().mine(registration).mine(deposit(0)).mine();
		const { kept, undone } = reconcile(on(reorged), plans);
		expect([ticksOf(kept), ticksOf(undone)]).to.deep.equal([[], [18, 19, 21]]);
	});

	it("are undone when a reorg brings a forced entry that falls due in them", () => {
		const chain = new Chain().mine(registration);
		for (let i = 0; i < 5; i++) chain.mine();
		const late = (with_: TimelineLog[]): Chain => {
			const next = new Chain();
			next.mine(registration).mine(...with_);
			for (let i = 0; i < 4; i++) next.mine();
			return next;
		};
		// Enqueued at the time of tick 12, due 48 s later: with tick 36.
		const ticks = [planned(35, 5), planned(36, 5)];
		const plans = plansOn(chain.state, ticks);
		const leg = { rollupId: 1, gas: 100_000, rawTx: Uint8Array.of(1) };
		const enqueued = { kind: "enqueued", cluster: 1, index: 0, sender: COINBASE, bundle: false, legs: [leg] } as const;
		expect(ticksOf(reconcile(on(late([])), plans).kept)).to.deep.equal([35, 36]);
		const forced = reconcile(on(late([enqueued])), plans);
		expect([ticksOf(forced.kept), ticksOf(forced.undone)]).to.deep.equal([[35], [36]]);
	});

	it("come back as unpublished when a reorg takes their publication, and mean the same", () => {
		const { chain, plans } = setup();
		const before = chain.state;
		chain.publish([planned(18, 2), planned(19, 2)]);
		expect(ticksOf(reconcile(on(chain), plans).kept)).to.deep.equal([18, 19, 21]);
		const without = new Chain();
		without.state = before;
		without.mine();
		const { kept, speculative } = reconcile(on(without), plans);
		expect(ticksOf(kept)).to.deep.equal([18, 19, 21]);
		expect(speculative.map((tick) => tick.tick)).to.deep.equal([18, 19, 21]);
	});

	it("are all undone when somebody else's ticks have come before them; published ones are not (P-19)", () => {
		const { chain, plans } = setup();
		chain.publish([planned(18, 2)]);
		const { kept, undone } = reconcile({ ...on(chain), displaced: true }, plans);
		expect([ticksOf(kept), ticksOf(undone)]).to.deep.equal([[18], [19, 21]]);
	});

	it("are undone once L1 would refuse them as too old", () => {
		const { chain, plans } = setup();
		while (chain.state.l1.timestamp + 12 < CONFIG.genesisTime + 2 * 18 + 96) {
			expect(ticksOf(reconcile(on(chain), plans).undone)).to.deep.equal([]);
			chain.mine();
		}
		expect(ticksOf(reconcile(on(chain), plans).undone)).to.deep.equal([18, 19, 21]);
	});

	it("are undone once their window is over, with those made upon them; published ones are not (R-15)", () => {
		const { chain, plans } = setup();
		expect(ticksOf(reconcile(on(chain, 18), plans).kept)).to.deep.equal([18, 19, 21]);
		expect(ticksOf(reconcile(on(chain, 19), plans).undone)).to.deep.equal([18, 19, 21]);
		chain.publish([planned(18, 2), planned(19, 2)]);
		expect(ticksOf(reconcile(on(chain, 20), plans).kept)).to.deep.equal([18, 19, 21]);
		expect(ticksOf(reconcile(on(chain, 22), plans).undone)).to.deep.equal([21]);
	});

	it("have roots that a publication of theirs would carry (D-6)", () => {
		const { chain, plans } = setup();
		const derived = reconcile(on(chain), plans).speculative;
		const roots = derived.map((tick) => tickHash(tick.tick, itemsRoot(tick.items)));
		const built = buildPublication({
			parent: chain.state.head,
			coinbase: COINBASE,
			l1OriginHash: ZERO_HASH,
			target: "calldata",
			ticks: plans.map((plan) => plan.planned),
		});
		expect(built.ok && built.header.ticksRoot).to.equal(bytesToHex(ticksRoot(roots)));
	});
});
