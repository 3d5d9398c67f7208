/** Nobody who keeps promises pays for what is not its fault: every event but reorgs, every fault, real contracts (trap 25, P-7 to P-15). */
import { expect } from "chai";
import { describe, it } from "mocha";
import type { Receipt } from "../../src/codec/receipt.ts";
import { USERS } from "../../src/devnet/users.ts";
import { connectL1 } from "../../src/node/connect.ts";
import { openReader } from "../../src/node/reader.ts";
import { keccakHex } from "../../src/primitives/hash.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { drain } from "../helpers/node/snapshot.ts";
import type { Predecessor } from "../helpers/preconf/matrix.ts";
import { ABI, alice, BOND, ROLLUP, SLOT, withdrawer } from "../helpers/preconf/rightsWorld.ts";
import { useTrial } from "../helpers/preconf/trial.ts";

describe("an honest promising sequencer, through everything that is not its fault", function () {
	this.timeout(600_000);
	const random = seededRandom(25);
	const { seed } = random;
	const trial = useTrial(random);

	it(`goes slot by slot, and keeps what it promises (P-9, P-11, seed ${seed})`, async () => {
		const { expectBlameless, matrix } = trial();
		const { publications, sequencer, world } = matrix;
		await matrix.steps(48);
		expect(sequencer.receipts.length).to.be.above(8);
		expect(new Set(publications.mined.map(({ publisher }) => publisher)).size).to.equal(2);
		const refused = await expectBlameless("no event", sequencer.receipts);
		expect([...refused.keys()]).to.include.members([
			"SameItem",
			"NotOmitted",
			"NotTaken",
			"OtherPublisher",
			"NotOwner",
		]);
		expect(await world.bondOf(alice)).to.equal(BOND);
	});

	it("missed slots: one, many, and the window's own last one (P-11)", async () => {
		const { expectBlameless, matrix, promiseAtEnd } = trial();
		for (const missed of [1, 2, 7, 20]) {
			const last = await promiseAtEnd(2);
			await matrix.step(last + missed);
			await matrix.steps(2);
			const refused = await expectBlameless(`${missed} from slot ${last} on`);
			expect(refused.get("NoPayload") ?? 0).to.be.above(0);
		}
	});

	it("a predecessor that is late, or never publishes", async () => {
		const { expectBlameless, matrix } = trial();
		for (const predecessor of ["late", "never"] satisfies Predecessor[]) {
			matrix.predecessor = predecessor;
			await matrix.steps(20);
			await expectBlameless(predecessor);
		}
		matrix.predecessor = "publishes";
	});

	it("a restart between signing and publishing, and another between sending and being mined (P-13)", async () => {
		const { expectBlameless, matrix, promiseAtEnd } = trial();
		const { sequencer } = matrix;
		for (const sentBefore of [false, true]) {
			const last = await promiseAtEnd(3);
			await sequencer.restart();
			if (sentBefore) {
				await sequencer.publish(last);
				await sequencer.restart();
			}
			await matrix.step(last, { asks: 0 });
			await matrix.step();
			await expectBlameless("restart");
		}
	});

	it("a clock that is wrong, a little or a lot, either way (P-14)", async () => {
		const { expectBlameless, matrix } = trial();
		const { sequencer } = matrix;
		for (const skewMs of [-60_000, -3_000, -400, 400, 3_000, 60_000]) {
			sequencer.skewMs = skewMs;
			const before = sequencer.receipts.length;
			await matrix.steps(6);
			if (skewMs === -3_000) expect(sequencer.receipts.length).to.equal(before);
			sequencer.skewMs = 0;
			await matrix.step();
			await expectBlameless(`${skewMs} ms`);
		}
	});

	it("a forced inclusion of the very transaction that was promised, which is executed first (P-12, D-7)", async () => {
		const { expectBlameless, matrix, promiseAtEnd } = trial();
		const { publications, sequencer, world } = matrix;
		const rawTx = await sequencer.transfer(USERS.length - 1);
		const { rollupId } = ROLLUP;
		const [fee] = await world.ask(ABI.forced, world.at.forced, "feeFor", [rollupId, 21_000]);
		const call = ABI.forced.encodeFunctionData("enqueue", [rollupId, 21_000, rawTx]);
		expect(await world.sendNow(withdrawer, world.at.forced, call, fee)).to.equal(true);
		// Due when the promised tick comes.
		await matrix.step(world.head + world.config.forcedDelay / SLOT);
		await promiseAtEnd(0);
		expect(await sequencer.askFor(rawTx)).to.equal(true);
		const receipt = sequencer.receipts.at(-1) as Receipt;
		await matrix.step(undefined, { asks: 0 });
		await matrix.step();
		const kept = publications.mined.flatMap(({ ticks }) => ticks).find(({ tick }) => tick === receipt.tick);
		expect(kept?.items[receipt.index]).to.equal(receipt.itemHash);

		const reader = await openReader({ source: connectL1({ rpc: world.chain.url, inbox: world.at.inbox }) });
		const events = await drain(reader.run({ until: "latest" }));
		const hash = keccakHex(rawTx);
		const outcomes = events.flatMap((event) => (event.kind === "tick" ? event.record.positions : []));
		const its = outcomes.filter(({ legs }) => legs[0]?.txHash === hash).map(({ outcome }) => outcome);
		expect(its.map((outcome) => outcome?.kind)).to.deep.equal(["included", "dropped"]);
		await expectBlameless("forced inclusion");
	});

	it("and then all of it again, at random", async () => {
		const { expectBlameless, grow, matrix } = trial();
		for (let round = 0; round < 4; round++) {
			matrix.predecessor = random.pick<Predecessor>(["publishes", "late", "never"]);
			await matrix.steps(4 + random.below(4));
			await matrix.step(matrix.world.head + 1 + random.below(6));
			if (random.below(2) === 0) await matrix.sequencer.restart();
			await grow(12);
			await matrix.reorg(1 + random.below(12), { siblings: random.below(5), lost: random.below(2) === 0 });
			await expectBlameless(`round ${round}`);
		}
		expect(await matrix.world.bondOf(alice)).to.equal(BOND);
	});
});
