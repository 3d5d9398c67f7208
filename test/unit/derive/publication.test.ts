import { expect } from "chai";
import { describe, it } from "mocha";
import { stored } from "../../../scripts/vectors/brotli.ts";
import { dataOf } from "../../../scripts/vectors/publicationData.ts";
import { encodeBlob } from "../../../src/codec/blob.ts";
import { unpackRingWord } from "../../../src/codec/header.ts";
import { encodeManifest } from "../../../src/codec/manifest.ts";
import { encodePublicationData } from "../../../src/codec/publicationData.ts";
import { stateHash } from "../../../src/derive/stateCodec.ts";
import type { PublicationVerdict, StepResult, VoidReason } from "../../../src/derive/types.ts";
import { BLOB_BYTES, MAX_TICKS } from "../../../src/primitives/limits.ts";
import {
	type Changes,
	CONFIG,
	planned,
	published,
	started,
	Timeline,
	tickOf,
	timestampOf,
	tx,
} from "../../helpers/derive/timeline.ts";

const verdictOf = (result: StepResult): PublicationVerdict["verdict"] =>
	result.publications[0]?.verdict ?? expect.fail("no publication");

const reasonOf = (result: StepResult): string => {
	const verdict = verdictOf(result);
	return verdict.kind === "void" ? verdict.reason : "valid";
};

/** A timeline whose last L1 block is 106, and a tick at that block's time. */
function at106(): { timeline: Timeline; tick: number } {
	const timeline = started();
	timeline.idleTo(106);
	return { timeline, tick: tickOf(106) };
}

const ONE = [planned(tickOf(106), 105, tx(1, 1, 2, 3))];
const prefixed = (...bytes: number[]): Changes => ({ data: Uint8Array.from(bytes) });

/** One way to each reason, from a publication of `ONE` that would be valid. */
const WAYS: Record<VoidReason, Changes> = {
	"blob-encoding": { blobs: [new Uint8Array(BLOB_BYTES).fill(0xff)] },
	"blob-not-full": { blobs: [encodeBlob(Uint8Array.of(1)), encodeBlob(Uint8Array.of(1))] },
	"data-header": prefixed(),
	codec: { header: { codec: 2 } },
	"manifest-length": prefixed(1, 1, 0, 0, 0, 0, 3),
	compression: prefixed(1, 1, 0, 0, 0, 1, 3),
	"manifest-encoding": { data: dataOf(stored(Uint8Array.of(0x80)), 1) },
	"manifest-cap": { data: dataOf(stored(Uint8Array.of(0xc0)), 1) },
	"tick-order": { header: { lastTick: tickOf(106) + 1 } },
	"origin-order": { data: dataOf(stored(Uint8Array.of(0xc4, 0xc3, 0x80, 0x01, 0xc0)), 5) },
	"origin-unknown": { header: { l1Origin: 107 } },
	"origin-age": { header: { l1Origin: 102 } },
	"ticks-root": { header: { ticksRoot: `0x${"00".repeat(32)}` } },
};

describe("a publication", () => {
	it("is valid as it is, by calldata and by blobs", () => {
		for (const target of ["calldata", "blobs"] as const) {
			const { timeline, tick } = at106();
			const result = timeline.publish(ONE, { target });
			expect(verdictOf(result)).to.deep.equal({ kind: "valid", items: 1 });
			expect(result.ticks.map((made) => [made.tick, made.kind, made.publicationId])).to.deep.equal([
				[tick, "published", 1],
			]);
			expect(result.ticks[0]?.items).to.deep.equal(ONE[0]?.items);
			expect(result.ticks[0]?.l1Origin.number).to.equal(105);
		}
	});

	for (const [reason, changes] of Object.entries(WAYS)) {
		it(`D-3: is void with ${reason}, changes the head and nothing else`, () => {
			const { timeline } = at106();
			const before = timeline.state;
			const untouched = at106().timeline;
			const { number } = timeline;
			const result = timeline.publish(ONE, changes);
			expect(reasonOf(result)).to.equal(reason);
			expect(result.ticks).to.deep.equal([]);
			expect(result.publications[0]?.head).to.equal(result.state.head).and.not.equal(before.head);
			expect(unpackRingWord(result.state.head).id).to.equal(unpackRingWord(before.head).id + 1);
			// Beside the head, the state is that of an empty block.
			untouched.idleTo(number);
			expect(stateHash({ ...result.state, head: before.head })).to.equal(stateHash(untouched.state));
		});
	}

	it("D-4: may begin right after the last tick, not at it", () => {
		const { timeline, tick } = at106();
		timeline.publish(ONE);
		expect(reasonOf(timeline.publish([planned(tick, 106)]))).to.equal("tick-order");
		expect(reasonOf(timeline.publish([planned(tick - 1, 105)]))).to.equal("tick-order");
		expect(reasonOf(timeline.publish([planned(tick + 1, 106)]))).to.equal("valid");
	});

	it("D-4: tick 0 is never made", () => {
		const timeline = started();
		expect(reasonOf(timeline.publish([planned(0, 100)]))).to.equal("tick-order");
	});

	it("D-5: a tick is at most maxOriginAge after its l1Origin, and never before it", () => {
		const oldest = tickOf(106) + CONFIG.maxOriginAge / CONFIG.tickSeconds;
		const age = (tick: number) => reasonOf(at106().timeline.publish([planned(tick, 106)]));
		expect(age(tickOf(106))).to.equal("valid");
		expect(age(tickOf(106) - 1)).to.equal("origin-age");
		expect(age(oldest)).to.equal("valid");
		expect(age(oldest + 1)).to.equal("origin-age");
	});

	it("D-5: an l1Origin may be the block before the publication's, not its own, not one before derivation began", () => {
		const { timeline } = at106();
		expect(reasonOf(timeline.publish([planned(tickOf(107), 107)]))).to.equal("origin-unknown");
		expect(reasonOf(timeline.publish([planned(tickOf(107), 107)]))).to.equal("valid");
		expect(reasonOf(started().publish([planned(5, 99)]))).to.equal("origin-unknown");
		expect(reasonOf(started().publish([planned(5, 100)]))).to.equal("valid");
	});

	it("D-5: an l1Origin may stay, not go back, across publications", () => {
		const { timeline, tick } = at106();
		timeline.publish(ONE);
		expect(reasonOf(timeline.publish([planned(tick + 1, 104)]))).to.equal("origin-order");
		expect(reasonOf(timeline.publish([planned(tick + 1, 105)]))).to.equal("valid");
	});

	it("D-5: an l1Origin that is forgotten is unknown", () => {
		const timeline = started();
		timeline.idleTo(130);
		const oldest = timeline.state.blocks[0]?.number ?? 0;
		expect(reasonOf(timeline.publish([planned(tickOf(oldest), oldest)]))).to.equal("valid");
		const other = started();
		other.idleTo(130);
		expect(reasonOf(other.publish([planned(tickOf(oldest), oldest - 1)]))).to.equal("origin-unknown");
	});

	it("D-6: is judged as a whole: one bad tick, and none is made", () => {
		const { timeline, tick } = at106();
		const result = timeline.publish([planned(tick, 106, tx(1, 1)), planned(tick + 19, 106, tx(1, 2))]);
		expect(reasonOf(result)).to.equal("origin-age");
		expect(result.ticks).to.deep.equal([]);
		expect(timeline.state.lastTick).to.equal(0);
	});

	it("D-6: every item, its place and its kind are in the ticksRoot", () => {
		const items = [tx(1, 1), tx(2, 2)];
		const tick = tickOf(106);
		const log = published(at106().timeline.state.head, [planned(tick, 106, ...items)]);
		const others = [
			[tx(2, 2), tx(1, 1)],
			[tx(1, 1)],
			[tx(1, 1), tx(1, 2)],
			[tx(1, 1), { kind: "bundle", legs: [items[1]?.kind === "tx" ? items[1].leg : expect.fail()] } as const],
		];
		for (const other of others) {
			const data = encodePublicationData([planned(tick, 106, ...other)]);
			const { timeline } = at106();
			expect(reasonOf(timeline.next({ ...log, data: { kind: "calldata", data } }))).to.equal("ticks-root");
		}
	});

	it("D-1: several publications of a block apply in log order", () => {
		const { timeline, tick } = at106();
		const first = published(timeline.state.head, ONE);
		const again = published(timeline.state.head, ONE);
		const next = published(timeline.state.head, [planned(tick + 1, 106)]);
		const result = timeline.next(first, again, next);
		expect(
			result.publications.map(({ verdict }) => (verdict.kind === "void" ? verdict.reason : "valid")),
		).to.deep.equal(["valid", "tick-order", "valid"]);
		expect(result.state.head).to.equal(result.publications[2]?.head);
		expect(result.ticks.map((made) => made.tick)).to.deep.equal([tick, tick + 1]);
	});

	it("D-1: does not see what its own block records", () => {
		const timeline = new Timeline();
		const { ticks } = timeline.next(
			...(started().blocks[0]?.logs ?? []),
			published(timeline.state.head, [planned(1, 100)]),
		);
		expect(ticks).to.deep.equal([]);
		const [made] = timeline.publish([planned(1, 100)]).ticks;
		expect([...(made?.rollups.keys() ?? [])]).to.deep.equal([1, 2, 3]);
	});

	it("M-3: may hold the largest number of ticks", () => {
		const slow = { ...CONFIG, maxOriginAge: 40_000, forcedDelay: 50_000, maxLag: 50_000 };
		const timeline = new Timeline(slow);
		timeline.next();
		const ticks = Array.from({ length: MAX_TICKS }, (_, index) => planned(1 + index, 100));
		const result = timeline.publish(ticks);
		expect(reasonOf(result)).to.equal("valid");
		expect(result.state.accumulator.count).to.equal(MAX_TICKS);
		expect(encodeManifest(ticks).length).to.be.greaterThan(4 * MAX_TICKS);
	});

	it("carries its coinbase and time into its ticks", () => {
		const { timeline } = at106();
		const [made] = timeline.publish(ONE).ticks;
		expect(made?.coinbase).to.equal(`0x${"c0".repeat(20)}`);
		expect(made?.time).to.equal(timestampOf(106));
	});
});
