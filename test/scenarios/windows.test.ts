/** Two sequencers of L1's proposers, whose windows alternate: handing over, missing slots, dying and coming back. */
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { tickAt } from "../../src/derive/clock.ts";
import type { Window } from "../../src/l1/rights.ts";
import type { MeridianError } from "../../src/primitives/errors.ts";
import type { Tick } from "../../src/primitives/types.ts";
import { openProof } from "../../src/sequencer/publishing.ts";
import { Sequencer } from "../../src/sequencer/sequencer.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { WindowWorld } from "../helpers/sequencer/windows.ts";
import { Witness } from "../helpers/sequencer/witness.ts";

describe("two sequencers of L1's proposers", function () {
	this.timeout(180_000);
	let world: WindowWorld;
	let witness: Witness;
	let user = 0;

	beforeEach(async () => {
		[world, witness, user] = [await WindowWorld.open(), new Witness(), 0];
		await world.next();
	});

	afterEach(async () => await world?.close());

	const promise = async (): Promise<void> => {
		const receipt = await world.promise(user++);
		if (receipt !== null) witness.hear(receipt);
	};

	/** A slot in which users ask for places, to its publication and the next slot's block. */
	async function slot({ missed = false } = {}): Promise<void> {
		await world.ticks(promise);
		await world.publish();
		await world.next(missed);
	}

	/** As somebody knows it who runs. */
	const windowAt = (number: number): Window => {
		const [one] = world.running.values();
		return one?.book.windowAt(number) ?? expect.fail(`nobody knows slot ${number}`);
	};

	it("P-16, P-17: hand over from window to window, each in its proposer's block, without a gap", async () => {
		const first = world.slot;
		await slot();
		const expected: Tick[] = [];
		for (let i = 0; i < 12; i++) {
			expected.push(windowAt(world.slot + 1).maxTick);
			await slot();
		}
		const { publications } = await world.read();
		// One in each slot, by the delegate of the validator that proposed the block, up to the window's last tick.
		expect(publications.map(({ slot: of }) => of)).to.deep.equal(publications.map((_, i) => first + 1 + i));
		for (const { publisher, slot: of } of publications) {
			const proposer = world.chain.node.forks.at(of)?.header.proposerIndex ?? -1;
			expect(world.proposers.delegateOf.get(proposer)).to.equal(publisher);
		}
		expect(publications.slice(1).map(({ lastTick }) => lastTick)).to.deep.equal(expected);
		// Each begins where the one before ended.
		for (const [i, { firstTick }] of publications.entries())
			if (i > 0) expect(firstTick).to.equal((publications[i - 1]?.lastTick ?? 0) + 1);
		expect(new Set(publications.map(({ publisher }) => publisher)).size).to.equal(2);
		expect(witness.judge(await world.read())).to.deep.equal([]);
		expect(witness.receipts.length).to.be.greaterThan(20);
	});

	it("P-18: lose the ticks of a missed slot, and go on behind them", async () => {
		await slot();
		const lost = world.slot + 1;
		const window = windowAt(lost);
		await slot({ missed: true });
		for (let i = 0; i < 4; i++) await slot();
		const { publications } = await world.read();
		expect(publications.map(({ slot: of }) => of)).to.not.include(lost);
		// The publication of the missed slot came too late for its window and reverted, or was replaced.
		expect(publications.length).to.be.at.least(4);
		const missing = witness.judge(await world.read());
		for (const { tick } of missing) expect(tick).to.be.within(window.minTick, window.maxTick);
		expect(missing.length).to.be.greaterThan(0);
	});

	it("P-13, P-15: keep over a kill and a restart what they have promised", async () => {
		await slot();
		for (let i = 0; i < 6; i++) {
			// Its promises are on disk and nowhere else.
			await world.ticks(async (tick) => {
				await promise();
				const owner = world.ownerOf(tick + 1);
				if (owner === null) return;
				await world.kill(owner);
				await world.start(owner);
			});
			await world.publish();
			await world.next();
		}
		await slot();
		expect(witness.judge(await world.read())).to.deep.equal([]);
		expect(witness.receipts.length).to.be.greaterThan(8);
	});

	it("P-16: one that is gone leaves its windows empty, and only those", async () => {
		await slot();
		const [dead = ""] = world.names;
		await world.kill(dead);
		const deadAddress = world.proposers.delegates.find(({ name }) => name === dead)?.account.address;
		const [one] = world.running.values();
		const owned: number[] = [];
		for (let i = 0; i < 10; i++) {
			if (windowAt(world.slot + 1).sequencer === one?.address) owned.push(world.slot + 1);
			await slot();
		}
		const { publications } = await world.read();
		const since = publications.filter(({ slot: of }) => of >= (owned[0] ?? 0));
		expect(since.map(({ slot: of }) => of)).to.deep.equal(owned);
		expect(since.every(({ publisher }) => publisher !== deadAddress)).to.equal(true);
		// It comes back, and goes on in its next window.
		await world.start(dead);
		for (let i = 0; i < 6; i++) await slot();
		const after = (await world.read()).publications;
		expect(after.some(({ publisher, slot: of }) => publisher === deadAddress && of > (owned.at(-1) ?? 0))).to.equal(
			true,
		);
	});

	it("R-17: when all are gone anyone may go on, by name of the newest publication, and not a slot earlier", async () => {
		await slot();
		for (const name of world.names) await world.kill(name);
		const account = world.setup.user;
		const options = { account, carrier: "calldata" } as const;
		const stranger = await Sequencer.open(world.source(), { ...options, proof: openProof });
		const { request } = world.chain.rpc;
		const refusal = async (one: Sequencer, tick: Tick): Promise<unknown> =>
			await one.preflight(tick, request).then(
				() => null,
				(error: MeridianError) => error.details.error,
			);
		const answers: unknown[] = [];
		for (let i = 0; i < 12 && answers.at(-1) !== null; i++) {
			await world.next();
			await stranger.sync();
			const tick = tickAt(world.config, world.time);
			await stranger.makeTick(tick, { evenEmpty: true });
			answers.push(await refusal(stranger, tick));
		}
		// As many slots without a publication as the rights wait.
		expect(answers.slice(0, -1).every((answer) => answer === "NotOpen")).to.equal(true);
		expect(answers.at(-1)).to.equal(null);
		expect(answers.length).to.be.greaterThan(7);
		const without = await Sequencer.open(world.source(), options);
		await without.sync();
		await without.makeTick(tickAt(world.config, world.time), { evenEmpty: true });
		expect(await refusal(without, tickAt(world.config, world.time))).to.equal("NotSequencer");
		await stranger.publish(tickAt(world.config, world.time));
		await world.next();
		const { publications } = await world.read();
		expect(publications.at(-1)).to.include({ publisher: account.address, slot: world.slot });
		await Promise.all([stranger.close(), without.close()]);
		// Somebody comes back: it is not open any more.
		for (const name of world.names) await world.start(name);
		for (let i = 0; i < 3; i++) await slot();
		const owners = world.proposers.delegates.map(({ account: { address } }) => address as string);
		expect(owners).to.include((await world.read()).publications.at(-1)?.publisher);
		witness.judge(await world.read());
	});

	const random = seededRandom(2_026);

	it(`P-8, P-9, P-16: contradict no promise and leave no gap longer than a window, whatever dies, is missed or reorganized (seed ${random.seed})`, async () => {
		await slot();
		/** Windows that had no chance: their owner was gone, or their slot was missed or taken back. */
		const excused = new Set<number>();
		const chaos = async (): Promise<void> => {
			if (random.below(8) > 0) return;
			const name = random.pick(world.names);
			await world.kill(name);
			// A process that comes back at once, or some ticks later.
			if (random.below(2) === 0) await world.start(name);
			excused.add(world.slot + 1).add(world.slot + 2);
		};
		for (let i = 0; i < 24; i++) {
			await world.ticks(async () => {
				await promise();
				await chaos();
			});
			await chaos();
			await world.publish();
			await chaos();
			const missed = random.below(8) === 0;
			if (missed) excused.add(world.slot + 1);
			await world.next(missed);
			for (const name of world.names) if (!world.running.has(name)) await world.start(name);
			if (random.below(8) > 0) continue;
			const depth = 1 + random.below(3);
			for (let back = 0; back <= depth; back++) excused.add(world.slot - back).add(world.slot + 1);
			await world.chain.reorg(depth);
			await world.sync();
		}
		for (let i = 0; i < 3; i++) await slot();
		witness.judge(await world.read());
		const { publications } = await world.read();
		const published = new Set(publications.map(({ slot: of }) => of));
		const [first = 0, last = 0] = [publications[0]?.slot, publications.at(-1)?.slot];
		const gaps = Array.from({ length: last - first }, (_, i) => first + i).filter((of) => !published.has(of));
		expect(gaps.filter((of) => !excused.has(of))).to.deep.equal([]);
		expect(witness.receipts.length).to.be.greaterThan(20);
	});
});
