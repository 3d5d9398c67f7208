/** Who breaks a promise pays, in the same worlds in which nobody else does: the challenger of the other tests is not blind (P-6 to P-11). */
import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";
import { commit } from "../../bench/commitments.ts";
import type { Receipt } from "../../src/codec/receipt.ts";
import { encodeSlash, FAULT } from "../../src/l1/evidence.ts";
import { connectL1 } from "../../src/node/connect.ts";
import { findFault, type Judgement } from "../../src/node/fault.ts";
import type { Hex } from "../../src/primitives/types.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import type { Change } from "../helpers/preconf/promiser.ts";
import { ABI, alice, challenger } from "../helpers/preconf/rightsWorld.ts";
import { useTrial } from "../helpers/preconf/trial.ts";

const PENALTY = 10n ** 18n;
const LIVENESS_FEE = 10n ** 16n;

describe("a promising sequencer that is not honest", function () {
	this.timeout(300_000);
	const trial = useTrial(seededRandom(27));

	beforeEach(() => {
		// So that the promised tick's neighbours are in the same publication.
		trial().matrix.eager = false;
	});

	/** Promises two items in its window's last but one tick, publishes what the change makes of it, and goes on. */
	async function breaks(change: Change, reorg: number | null = null): Promise<Receipt> {
		const { grow, matrix, promiseAtEnd } = trial();
		await grow(8);
		const last = await promiseAtEnd(2);
		const receipt = matrix.sequencer.receipts.at(-1) as Receipt;
		if (reorg !== null) {
			await matrix.step(last, { asks: 0 });
			await matrix.world.chain.reorg(reorg);
			await matrix.world.chain.rpc.request("anvil_dropAllTransactions", []);
			await matrix.sync(true);
		}
		await matrix.step(last, { asks: 0, change });
		await matrix.step();
		return receipt;
	}

	/** As `meridian slash` finds it, with L1 and receipts alone. */
	async function judged(receipt: Receipt, others: readonly Receipt[] = []): Promise<Judgement> {
		const { at, chain } = trial().matrix.world;
		const source = connectL1({ rpc: chain.url, inbox: at.inbox });
		return await findFault({ source, rpc: chain.rpc, receipt, others });
	}

	/** The fault, and no other, can be shown; it is found; and it costs what it costs. */
	async function expectCaught(receipt: Receipt, fault: number, cost: bigint): Promise<void> {
		const { matrix } = trial();
		const { world } = matrix;
		const { passed } = await matrix.challenge([receipt, ...matrix.sequencer.receipts.slice(-4)]);
		const its = passed.filter(({ commitment }) => commitment.signature === receipt.signature);
		expect(new Set(its.map((evidence) => evidence.fault))).to.deep.equal(new Set([fault]));
		const before = await world.bondOf(alice);
		const found = await judged(receipt, matrix.sequencer.receipts);
		if (found.kind !== "broken") expect.fail(`${found.kind}: ${found.what}`);
		expect(FAULT[found.fault]).to.equal(fault);
		expect(await world.sendNow(challenger, world.at.slasher, encodeSlash(found.evidence))).to.equal(true);
		expect(before - (await world.bondOf(alice))).to.equal(cost);
		const shown = [alice.address, receipt.tick, fault === FAULT.omission];
		expect((await world.ask(ABI.slasher, world.at.slasher, "isShown", shown))[0]).to.equal(true);
	}

	const atTick =
		(tick: () => number, change: Change): Change =>
		(ticks) =>
			ticks.flatMap((one) => (one.tick === tick() ? change([one]) : [one]));
	const promisedTick = (): number => trial().matrix.sequencer.receipts.at(-1)?.tick ?? 0;
	const fewer = atTick(promisedTick, (ticks) => ticks.map((one) => ({ ...one, items: one.items.slice(0, 1) })));
	const swapped = atTick(promisedTick, (ticks) => ticks.map((one) => ({ ...one, items: [...one.items].reverse() })));
	/** The promised tick is not there, but its neighbours are. */
	const without: Change = (ticks) => {
		const l1Origin = ticks[0]?.l1Origin ?? 0;
		return [promisedTick() - 1, promisedTick() + 1].map((tick) => ({ tick, l1Origin, items: [] }));
	};
	const later: Change = (ticks) => {
		const l1Origin = ticks.at(-1)?.l1Origin ?? 0;
		return [{ tick: promisedTick() + 1, l1Origin, items: [] }];
	};

	it("is not accused of what it can still keep, nor of what it has kept", async () => {
		const { grow, matrix, promiseAtEnd } = trial();
		await grow(8);
		const last = await promiseAtEnd(2);
		const receipt = matrix.sequencer.receipts.at(-1) as Receipt;
		expect((await judged(receipt)).kind).to.equal("open");
		await matrix.step(last, { asks: 0 });
		await matrix.step();
		const { kind, what } = await judged(receipt, matrix.sequencer.receipts);
		expect({ kind, what }).to.deep.include({ kind: "kept" });
		expect(what).to.match(/^publication \d+ \(L1 block \d+\) has it at place \d+ of tick \d+$/);
	});

	it("promises a place twice (P-8)", async () => {
		const receipt = await breaks((ticks) => ticks);
		const { matrix } = trial();
		const { index, slasher, tick, timeline } = receipt;
		const domain = { chainId: receipt.chainId, slasher, timeline };
		const { signature } = await commit(alice, domain, { tick, index, itemHash: `0x${"12".repeat(32)}` });
		matrix.sequencer.receipts.push({ ...receipt, itemHash: `0x${"12".repeat(32)}`, signature: signature as Hex });
		await expectCaught(receipt, FAULT.equivocation, PENALTY);
		matrix.sequencer.receipts.pop();
	});

	it("publishes fewer items than it has promised (P-9 a)", async () => {
		await expectCaught(await breaks(fewer), FAULT.contradiction, PENALTY);
	});

	it("publishes others (P-9 b)", async () => {
		await expectCaught(await breaks(swapped), FAULT.contradiction, PENALTY);
	});

	it("leaves the tick out (P-9 c)", async () => {
		await expectCaught(await breaks(without), FAULT.contradiction, PENALTY);
	});

	it("publishes nothing, though its last slot was not missed (P-11)", async () => {
		await expectCaught(await breaks(() => []), FAULT.omission, LIVENESS_FEE);
	});

	it("begins after the tick (P-11)", async () => {
		await expectCaught(await breaks(later), FAULT.omission, LIVENESS_FEE);
	});

	it("publishes something else after an L1 reorg has taken what it had published (P-15)", async () => {
		for (const change of [fewer, swapped]) await expectCaught(await breaks(change, 1), FAULT.contradiction, PENALTY);
		await expectCaught(await breaks(() => [], 2), FAULT.omission, LIVENESS_FEE);
	});
});
