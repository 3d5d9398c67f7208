import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { txHash } from "../../../src/codec/itemHash.ts";
import { findBlock, genesisState } from "../../../src/derive/state.ts";
import { stateHash } from "../../../src/derive/stateCodec.ts";
import { step } from "../../../src/derive/step.ts";
import type { L1Block, OrderState, TimelineLog } from "../../../src/derive/types.ts";
import { bytesToHex, ZERO_ADDRESS, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import {
	bundleEnqueued,
	CONFIG,
	deposited,
	enqueued,
	forcedLeg,
	GENESIS_HEAD,
	l1Block,
	messageSent,
	planned,
	published,
	registered,
	scheduled,
	started,
	Timeline,
	tickOf,
	timestampOf,
	tx,
} from "../../helpers/derive/timeline.ts";
import { anyBytes, anyMutation, holds } from "../../helpers/property.ts";

describe("recording", () => {
	it("D-10: rollups, with their registration as first config, and configs in their order", () => {
		const timeline = new Timeline();
		const { registrations } = timeline.next(registered(4, { activationTick: 77 }), scheduled(4, 99, 5_000_000));
		expect(registrations.map(({ rollupId }) => rollupId)).to.deep.equal([4]);
		expect(timeline.state.rollups.get(4)).to.deep.include({ chainId: 7_004, cluster: 1, activationTick: 77 });
		expect(
			timeline.state.rollups.get(4)?.configs.map((config) => [config.effectiveTick, config.gasLimit]),
		).to.deep.equal([
			[77, 30_000_000],
			[99, 5_000_000],
		]);
	});

	it("D-10: entries get one sequence over all clusters, the block's time, and their item's hash", () => {
		const timeline = started();
		timeline.next(enqueued(0, 3, 5, 2), enqueued(0, 1, 6));
		timeline.next(enqueued(1, 2, 7));
		const entries = [...timeline.state.forced.values()].flat().sort((a, b) => a.sequence - b.sequence);
		expect(
			entries.map(({ cluster, enqueuedAt, index, sequence }) => [sequence, cluster, index, enqueuedAt]),
		).to.deep.equal([
			[0, 2, 0, timestampOf(101)],
			[1, 1, 0, timestampOf(101)],
			[2, 1, 1, timestampOf(102)],
		]);
		expect(entries[0]?.itemHash).to.equal(bytesToHex(txHash(3, Uint8Array.of(0xf0, 0))));
		expect(timeline.state.nextSequence).to.equal(3);
	});

	it("D-10: ignores logs of rollups that are not registered, and second registrations", () => {
		const timeline = started();
		const strangers = [
			enqueued(0, 9, 1),
			bundleEnqueued(0, [forcedLeg(1, 1, 1), forcedLeg(9, 1, 1)]),
			deposited(9, 0),
			scheduled(9, 5, 1),
			registered(1, { gasLimit: 5_000_000 }),
		];
		const { registrations } = timeline.next(...strangers);
		const clean = started();
		clean.next();
		expect(registrations).to.deep.equal([]);
		expect(stateHash(timeline.state)).to.equal(stateHash(clean.state));
	});

	it("D-10: what a registration in the same block precedes is recorded, what it follows is not", () => {
		const timeline = new Timeline();
		timeline.next(deposited(1, 0), enqueued(0, 1, 1), registered(1), deposited(1, 1), enqueued(1, 1, 1));
		expect(timeline.state.deposits.get(1)?.map(({ index }) => index)).to.deep.equal([1]);
		expect(timeline.state.forced.get(1)?.map(({ index }) => index)).to.deep.equal([1]);
	});

	it("D-10: messages to registered rollups are told, and are no part of the state", () => {
		const [timeline, other] = [new Timeline(), new Timeline()];
		const told = timeline.next(messageSent(1, 1), registered(1), messageSent(1, 2), messageSent(2, 3)).messages;
		other.next(registered(1));
		expect(told).to.deep.equal([messageSent(1, 2)]);
		expect(stateHash(timeline.state)).to.equal(stateHash(other.state));
	});

	it("D-10: TimelineCreated changes nothing", () => {
		const created: TimelineLog = {
			kind: "timelineCreated",
			registry: ZERO_ADDRESS,
			forcedInclusion: ZERO_ADDRESS,
			bridge: ZERO_ADDRESS,
			rights: ZERO_ADDRESS,
			config: CONFIG,
			genesisHead: ZERO_HASH,
		};
		const [one, other] = [new Timeline(), new Timeline()];
		one.next(created);
		other.next();
		expect(stateHash(one.state)).to.equal(stateHash(other.state));
	});
});

describe("one L1 block", () => {
	it("D-2: remembers the blocks from the newest that is maxLag + maxOriginAge old", () => {
		const timeline = started();
		const slots = (CONFIG.maxLag + CONFIG.maxOriginAge) / CONFIG.slotSeconds;
		timeline.idleTo(100 + slots);
		expect(timeline.state.blocks).to.have.lengthOf(slots + 1);
		timeline.next();
		expect(timeline.state.blocks.map(({ number }) => number)).to.deep.equal(
			Array.from({ length: slots + 1 }, (_, index) => 101 + index),
		);
		expect(findBlock(timeline.state, 100)).to.equal(undefined);
		expect(findBlock(timeline.state, 101)?.number).to.equal(101);
		expect(findBlock(timeline.state, 101 + slots)?.number).to.equal(101 + slots);
		expect(findBlock(timeline.state, 102 + slots)).to.equal(undefined);
	});

	it("D-2: remembers one block from before a long gap of L1", () => {
		const timeline = started();
		timeline.idleTo(103);
		const late = { ...l1Block(104), timestamp: timestampOf(104) + 10_000 };
		timeline.take(late);
		expect(timeline.state.blocks.map(({ number }) => number)).to.deep.equal([103, 104]);
	});

	it("D-1: becomes the state's l1", () => {
		const { l1 } = started().state;
		expect(l1).to.deep.equal({ number: 100, hash: l1Block(100).hash, timestamp: timestampOf(100) });
		expect(genesisState(CONFIG, GENESIS_HEAD).l1).to.deep.equal({ number: 99, hash: ZERO_HASH, timestamp: 0 });
	});
});

/** Logs of an L1 block, from a few numbers; publications fit the state often, not always. */
const kinds = fc.tuple(fc.nat(7), fc.nat(3), fc.nat(30), fc.nat(30_000_000));

function logOf(state: OrderState, [kind, rollupId, number, gas]: [number, number, number, number]): TimelineLog[] {
	const next = state.l1.number + 1;
	if (kind === 0) return [enqueued(number, rollupId, gas, 1 + (rollupId % 2))];
	if (kind === 1) return [deposited(rollupId, number), deposited(rollupId, number + 1)];
	if (kind === 2) return [scheduled(rollupId, tickOf(next), gas)];
	if (kind === 3) return [bundleEnqueued(number, [forcedLeg(1, gas, 1), forcedLeg(rollupId, gas, 2)])];
	const tick = tickOf(next) - (number % 20);
	const l1Origin = Math.max(100, state.l1.number - Math.ceil((number % 20) / 6) - (kind % 2));
	return [
		published(state.head, [planned(tick, l1Origin, tx(rollupId, number)), planned(tick + 1 + (number % 4), l1Origin)]),
	];
}

const histories = fc.array(fc.array(kinds, { maxLength: 3 }), { minLength: 1, maxLength: 45 });

const nextBlock = (state: OrderState, seeds: readonly [number, number, number, number][], branch: number): L1Block =>
	l1Block(
		state.l1.number + 1,
		seeds.flatMap((seed) => logOf(state, seed)),
		branch,
	);

describe("derivation", () => {
	it("D-11, trap 15: a branch from an older state equals a clean run of the new chain", () => {
		const cases = fc.tuple(histories, fc.nat(), histories);
		holds(120, cases, ([main, depth, other]) => {
			const timeline = started();
			const states = [timeline.state];
			for (const seeds of main) states.push(timeline.take(nextBlock(timeline.state, seeds, 0)).state);
			const hashes = states.map(stateHash);
			const at = depth % states.length;
			const branch = new Timeline();
			branch.state = states[at] ?? branch.state;
			for (const seeds of other) branch.take(nextBlock(branch.state, seeds, 1));
			const clean = new Timeline();
			for (const block of [...timeline.blocks.slice(0, at + 1), ...branch.blocks]) clean.take(block);
			expect(clean.results.slice(at + 1)).to.deep.equal(branch.results);
			expect(stateHash(clean.state)).to.equal(stateHash(branch.state));
			// No step has touched a state it was given.
			expect(states.map(stateHash)).to.deep.equal(hashes);
		});
	});

	it("D-7: ticks ascend, l1Origins never go back, and every entry and deposit is taken once and in order", () => {
		holds(200, histories, (seeds) => {
			const timeline = started();
			for (const block of seeds) timeline.take(nextBlock(timeline.state, block, 0));
			timeline.idleTo(timeline.state.l1.number + 40);
			const ticks = timeline.results.flatMap((result) => result.ticks);
			for (const [index, tick] of ticks.entries()) {
				expect(tick.tick).to.be.greaterThan(ticks[index - 1]?.tick ?? 0);
				expect(tick.l1Origin.number).to.be.at.least(ticks[index - 1]?.l1Origin.number ?? 0);
				expect(tick.time - tick.l1Origin.timestamp).to.be.at.least(0);
			}
			const sequences = ticks.flatMap((tick) => tick.forced.map(({ entry }) => entry.sequence));
			expect([...sequences].sort((a, b) => a - b)).to.deep.equal([...sequences.keys()]);
			expect(timeline.state.forced.size).to.equal(0);
			expect(timeline.state.deposits.size).to.equal(0);
			expect(timeline.state.accumulator.count).to.equal(ticks.length);
		});
	});

	it("trap 9: any bytes in any publication give a result", () => {
		const header = fc.record({
			firstTick: fc.oneof(fc.nat(100), fc.constant(2 ** 40 - 1)),
			span: fc.nat(65_535),
			l1Origin: fc.oneof(fc.nat(110), fc.constant(2 ** 32 - 1)),
			codec: fc.nat(15),
		});
		holds(
			1_500,
			fc.tuple(anyBytes(120), fc.option(header), anyMutation, fc.boolean()),
			([bytes, changed, mutate, random]) => {
				const timeline = started();
				timeline.next(enqueued(0, 1, 1), deposited(1, 0));
				const log = published(timeline.state.head, [
					planned(tickOf(101), 101, tx(1, 1, 2, 3)),
					planned(tickOf(101) + 2, 101),
				]);
				const good = log.data.kind === "calldata" ? log.data.data : expect.fail();
				const fields = changed === null ? {} : { ...changed, lastTick: changed.firstTick + changed.span };
				const data = { kind: "calldata", data: random ? bytes : mutate(good) } as const;
				const result = step(
					CONFIG,
					timeline.state,
					l1Block(102, [{ ...log, header: { ...log.header, ...fields }, data }]),
				);
				expect(result.publications).to.have.lengthOf(1);
				expect(step(CONFIG, result.state, l1Block(103)).state.l1.number).to.equal(103);
			},
		);
	});

	it("trap 9: any blobs in a publication give a result", () => {
		const { state } = started();
		const log = published(state.head, [planned(tickOf(100) + 1, 100)], { target: "blobs" });
		const blob = log.data.kind === "blobs" ? (log.data.blobs[0] ?? expect.fail()) : expect.fail();
		const blobs = fc.array(
			fc.oneof(
				anyBytes(40),
				anyMutation.map((mutate) => mutate(blob)),
			),
			{ maxLength: 3 },
		);
		holds(60, blobs, (list) => {
			const versionedHashes = list.map(() => ZERO_HASH);
			const result = step(
				CONFIG,
				state,
				l1Block(101, [{ ...log, data: { kind: "blobs", versionedHashes, blobs: list } }]),
			);
			expect(result.publications).to.have.lengthOf(1);
		});
	});
});
