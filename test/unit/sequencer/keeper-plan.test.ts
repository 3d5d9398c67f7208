import { expect } from "chai";
import { describe, it } from "mocha";
import {
	type Deed,
	dueDeeds,
	leftUndone,
	type Recorded,
	type StakeRecorded,
	seedEpochOf,
	targetOf,
} from "../../../src/sequencer/keeper/plan.ts";

const CLOCK = { genesisTime: 1_000, slotSeconds: 12, slotsPerEpoch: 32 };
/** First slot of epoch 5, so that epoch 6 is kept. */
const FIRST = 160;
const EARLY = { slot: FIRST, parentSlot: FIRST - 1 };
const INSIDE = { slot: FIRST + 1, parentSlot: FIRST };

const NOTHING: Recorded = { lookahead: false, isSealed: null, stake: null };
const RIGHTS: Recorded = { lookahead: false, isSealed: false, stake: null };
const staked = (stake: Partial<StakeRecorded>, rest: Partial<Recorded> = {}): Recorded => ({
	lookahead: true,
	isSealed: true,
	...rest,
	stake: { mix: false, drawn: false, counts: true, ...stake },
});

const publish: Deed = { kind: "publish", epoch: 6 };
const seal: Deed = { kind: "seal", epoch: 6 };
const mix: Deed = { kind: "mix", epoch: 4 };
const draw: Deed = { kind: "draw", epoch: 6 };

describe("what a keeper does next", () => {
	const cases: readonly (readonly [
		what: string,
		l1: typeof EARLY | { slot: number; parentSlot: null },
		recorded: Recorded,
		due: readonly Deed[],
	])[] = [
		["publishes as soon as a state of the epoch is known (R-6, R-19)", INSIDE, NOTHING, [publish]],
		["waits in the epoch's first block, which knows a state of the epoch before (R-19, trap 22)", EARLY, NOTHING, []],
		["the same if the epoch's first slots were missed", { slot: FIRST + 9, parentSlot: FIRST - 1 }, NOTHING, []],
		["publishes after missed slots", { slot: FIRST + 12, parentSlot: FIRST + 9 }, NOTHING, [publish]],
		["waits after a missed epoch, too", { slot: FIRST + 3, parentSlot: FIRST - 40 }, NOTHING, []],
		["proves nothing from L1's first block", { slot: FIRST + 3, parentSlot: null }, NOTHING, []],
		["publishes before it seals (R-12)", INSIDE, RIGHTS, [publish]],
		["seals what is recorded", INSIDE, { ...RIGHTS, lookahead: true }, [seal]],
		["seals in the first block, if others could record", EARLY, { ...RIGHTS, lookahead: true }, [seal]],
		["is content when all is done", INSIDE, { lookahead: true, isSealed: true, stake: null }, []],
		["records the mix of the epoch before the current one (K-3)", INSIDE, staked({}), [mix]],
		["which needs a proof", EARLY, staked({}), []],
		["draws by it (K-5)", INSIDE, staked({ mix: true }), [draw]],
		["draws without a proof", EARLY, staked({ mix: true }), [draw]],
		["draws once", INSIDE, staked({ mix: true, drawn: true }), []],
		["pays for no mix that draws nobody (K-4, R-21)", INSIDE, staked({ counts: false }), []],
		["nor for the draw", INSIDE, staked({ counts: false, mix: true }), []],
		["rights first", INSIDE, staked({}, { lookahead: false, isSealed: false }), [publish, mix]],
		["then the seal", INSIDE, staked({ mix: true }, { isSealed: false }), [seal, draw]],
		["draws though nobody can publish", INSIDE, staked({ mix: true }, { lookahead: false }), [publish, draw]],
		["a set without rights", INSIDE, staked({}, { isSealed: null }), [mix]],
		["keeps the epoch after in the last slot", { slot: FIRST + 31, parentSlot: FIRST + 30 }, RIGHTS, []],
	];
	for (const [what, l1, recorded, due] of cases)
		it(what, () => expect(dueDeeds(CLOCK, l1, recorded)).to.deep.equal(due));

	it("is for a call that the next slot mines: in the last slot the epoch is over (R-19)", () => {
		expect(targetOf(CLOCK, INSIDE)).to.equal(6);
		expect(targetOf(CLOCK, { slot: FIRST + 30, parentSlot: FIRST })).to.equal(6);
		expect(targetOf(CLOCK, { slot: FIRST + 31, parentSlot: FIRST })).to.equal(7);
	});

	it("draws neither of the first two epochs, which have no seed (K-3)", () => {
		expect([0, 1, 2, 3].map(seedEpochOf)).to.deep.equal([null, null, 0, 1]);
		expect(dueDeeds(CLOCK, { slot: 3, parentSlot: 2 }, staked({}))).to.deep.equal([]);
		expect(dueDeeds(CLOCK, { slot: 35, parentSlot: 34 }, staked({}))).to.deep.equal([{ kind: "mix", epoch: 0 }]);
	});

	it("says what an epoch has gone without", () => {
		expect(leftUndone(6, staked({}, { lookahead: false, isSealed: false }))).to.deep.equal([publish, seal, draw]);
		expect(leftUndone(6, staked({ drawn: true }))).to.deep.equal([]);
		expect(leftUndone(6, staked({ counts: false }))).to.deep.equal([]);
		expect(leftUndone(1, staked({}))).to.deep.equal([]);
		expect(leftUndone(6, { lookahead: true, isSealed: null, stake: null })).to.deep.equal([]);
	});
});
