/** Nobody who keeps promises pays for what L1 takes back: depths 1 to 64, at every phase, real contracts on a real beacon chain (trap 25, P-12). */
import { expect } from "chai";
import { describe, it } from "mocha";
import { seededRandom } from "../helpers/execute/random.ts";
import type { Reorg } from "../helpers/preconf/matrix.ts";
import { EPOCH } from "../helpers/preconf/rightsWorld.ts";
import { useTrial } from "../helpers/preconf/trial.ts";

/** With MERIDIAN_REORGS=all every depth: five minutes. */
const DEPTHS =
	process.env.MERIDIAN_REORGS === "all"
		? Array.from({ length: 64 }, (_, index) => index + 1)
		: [1, 2, 3, 5, 8, 13, 21, 32, 33, 63, 64];

describe("an honest promising sequencer, through reorgs of L1", function () {
	this.timeout(1_200_000);
	const random = seededRandom(26);
	const { seed } = random;
	const trial = useTrial(random);

	it(`of depth ${DEPTHS.join(", ")}, wherever they come (seed ${seed})`, async () => {
		const { expectBlameless, grow, matrix } = trial();
		for (const depth of DEPTHS) {
			await grow(depth + 1);
			const how: Reorg = {
				siblings: random.below(3),
				lost: random.below(3) === 0,
				unsealed: random.below(4) === 0,
			};
			await matrix.reorg(depth, how);
			await matrix.steps(random.below(4));
			await expectBlameless(`depth ${depth}, ${JSON.stringify(how)}, slot ${matrix.world.head}`);
		}
	});

	it("short ones at each phase of a window: before, with and after its last block, lost or mined again", async () => {
		const { expectBlameless, grow, matrix, toWindowsEnd } = trial();
		for (const after of [0, 1, 2])
			for (const depth of [1, 2, 3]) {
				const siblings = (after + depth) % 2 === 0 ? 0 : 4;
				await grow(8);
				const last = await toWindowsEnd();
				for (let slot = last; slot < last + after; slot++) await matrix.step(slot);
				await matrix.reorg(depth, { siblings, lost: siblings === 0 });
				await expectBlameless(`${depth} blocks taken ${after} after slot ${last - 1}, ${siblings} siblings`);
			}
	});

	it("that take the seal, for good, after promises were made: the ticks were another's (P-7)", async () => {
		const { expectBlameless, grow, matrix } = trial();
		const { sequencer, world } = matrix;
		await grow(64);
		while (world.head % EPOCH !== EPOCH - 1) await matrix.step();
		const before = sequencer.receipts.length;
		await matrix.steps(10);
		const promised = sequencer.receipts.slice(before);
		expect(promised.length).to.be.above(0);
		await matrix.reorg(44, { lost: true, unsealed: true });
		expect(await world.rightOf(world.head)).to.include({ kind: 1 });
		const refused = await expectBlameless("without its seal", promised);
		expect(refused.get("NotOwner") ?? 0).to.be.above(0);
	});

	it("that leave no block which a promised tick could have seen (D-5, P-11, P-15)", async () => {
		const { expectBlameless, grow, matrix, promiseAtEnd, toWindowsEnd } = trial();
		await grow(30);
		// The seal, which is of the epoch before, stays.
		while ((await toWindowsEnd()) % EPOCH < 20) await matrix.step();
		const last = await promiseAtEnd(2);
		await matrix.world.chain.reorg(18);
		await matrix.sync(true);
		await matrix.step(last, { asks: 0 });
		await matrix.step();
		const refused = await expectBlameless("no origin");
		expect(refused.get("NoOrigin") ?? 0).to.be.above(0);
	});
});
