import { expect } from "chai";
import { describe, it } from "mocha";
import { bytesOf } from "../../../scripts/vectors/format.ts";
import {
	applyTicks,
	buildPublication,
	buildPublicationAside,
	checkPlanned,
	type PlannedTick,
} from "../../../src/derive/plan.ts";
import type { DerivedTick } from "../../../src/derive/types.ts";
import {
	MAX_BLOBS,
	MAX_ITEMS,
	MAX_LEGS,
	MAX_MANIFEST_BYTES,
	MAX_TICKS,
	MAX_TX_BYTES,
} from "../../../src/primitives/limits.ts";
import type { Item } from "../../../src/primitives/types.ts";
import {
	bundle,
	COINBASE,
	CONFIG,
	deposited,
	enqueued,
	GENESIS_HEAD,
	hashOf,
	leg,
	planned,
	published,
	started,
	type Timeline,
	tickOf,
	tx,
} from "../../helpers/derive/timeline.ts";

/** A timeline at block 107, with more forced entries due than one tick takes, and a deposit. */
function busy(): Timeline {
	const timeline = started();
	timeline.next(...[0, 1, 2, 3].map((index) => enqueued(index, 1, 15_000_000)), deposited(2, 0));
	timeline.idleTo(107);
	return timeline;
}

const DUE = tickOf(106);
const TICKS = [
	planned(DUE, 106, tx(1, 1), bundle(leg(1, 2), leg(2, 3))),
	planned(DUE + 2, 106),
	planned(DUE + 12, 107, tx(3, 4)),
];

/** A derived tick as it was before its publication had an id. */
const unpublished = (tick: DerivedTick): DerivedTick => ({ ...tick, publicationId: null });

describe("planned ticks", () => {
	it("become exactly the ticks and the state that their publication makes", () => {
		const timeline = busy();
		const applied = applyTicks(CONFIG, timeline.state, COINBASE, TICKS);
		if (!applied.ok) expect.fail(applied.reason);
		expect(applied.ticks.map(({ kind }) => kind)).to.include("filled");
		const result = timeline.publish(TICKS);
		expect(applied.ticks).to.deep.equal(result.ticks.map(unpublished));
		const { blocks, head, l1, ...rest } = result.state;
		expect({ ...applied.state, ...{ blocks, head, l1 } }).to.deep.equal({ ...rest, blocks, head, l1 });
	});

	it("can be applied a few at a time", () => {
		const { state } = busy();
		const whole = applyTicks(CONFIG, state, COINBASE, TICKS);
		const first = applyTicks(CONFIG, state, COINBASE, TICKS.slice(0, 1));
		if (!whole.ok || !first.ok) expect.fail("void");
		const rest = applyTicks(CONFIG, first.state, COINBASE, TICKS.slice(1));
		if (!rest.ok) expect.fail(rest.reason);
		expect([...first.ticks, ...rest.ticks]).to.deep.equal(whole.ticks);
		expect(rest.state).to.deep.equal(whole.state);
	});

	const cases: [name: string, reason: string | null, ticks: PlannedTick[]][] = [
		["as they should be", null, TICKS],
		["none", "manifest-cap", []],
		["too many", "manifest-cap", Array.from({ length: MAX_TICKS + 1 }, (_, index) => planned(1 + index, 100))],
		["an empty bundle", "manifest-cap", [planned(DUE, 106, bundle())]],
		[
			"too many legs",
			"manifest-cap",
			[planned(DUE, 106, bundle(...Array.from({ length: MAX_LEGS + 1 }, () => leg(1))))],
		],
		[
			"too many transactions",
			"manifest-cap",
			[planned(DUE, 106, ...Array.from({ length: MAX_ITEMS + 1 }, () => tx(1)))],
		],
		[
			"a transaction too long",
			"manifest-cap",
			[planned(DUE, 106, { kind: "tx", leg: { rollupId: 1, rawTx: new Uint8Array(MAX_TX_BYTES + 1) } })],
		],
		["not ascending", "tick-order", [planned(DUE, 106), planned(DUE, 106)]],
		["too far apart for a span", "tick-order", [planned(DUE, 106), planned(DUE + 65_536, 106)]],
		["at the last tick", "tick-order", [planned(0, 106)]],
		["l1Origins that go back", "origin-order", [planned(DUE, 106), planned(DUE + 1, 105)]],
		["an l1Origin that is not known", "origin-unknown", [planned(DUE, 108)]],
		["a tick too late for its l1Origin", "origin-age", [planned(DUE + 19, 106)]],
		["a tick before its l1Origin", "origin-age", [planned(DUE - 1, 106)]],
	];
	for (const [name, reason, ticks] of cases) {
		it(`M-3 to M-5, D-4, D-5: ${name}: ${reason ?? "fine"}`, () => {
			const { state } = busy();
			expect(checkPlanned(CONFIG, state, ticks)).to.equal(reason);
			const applied = applyTicks(CONFIG, state, COINBASE, ticks);
			expect(applied.ok ? null : applied.reason).to.equal(reason);
		});
	}

	it("are judged as their publication is", () => {
		for (const [name, reason, ticks] of cases) {
			// What has no manifest, or none of the caps, cannot be published.
			if (reason === "manifest-cap" || name === "too far apart for a span" || name === "l1Origins that go back")
				continue;
			const timeline = busy();
			const { publications } = timeline.next(published(timeline.state.head, ticks));
			const verdict = publications[0]?.verdict;
			expect(verdict?.kind === "void" ? verdict.reason : null, name).to.equal(reason);
		}
	});
});

describe("a built publication", () => {
	const plan = { parent: GENESIS_HEAD, coinbase: COINBASE, l1OriginHash: hashOf(107), ticks: TICKS };

	it("H-1: has the header that its ticks call for", () => {
		for (const target of ["blobs", "calldata"] as const) {
			const built = buildPublication({ ...plan, target });
			if (!built.ok) expect.fail(built.reason);
			expect(built.header).to.deep.include({
				parent: GENESIS_HEAD,
				coinbase: COINBASE,
				firstTick: DUE,
				lastTick: DUE + 12,
				l1Origin: 107,
				l1OriginHash: hashOf(107),
				codec: 1,
				blobs: target === "blobs" ? 1 : 0,
			});
			expect(built.blobs).to.have.lengthOf(built.header.blobs);
		}
	});

	it("says when it does not fit", () => {
		const items = Array.from(
			{ length: 8 },
			(_, index): Item => ({ kind: "tx", leg: { rollupId: 1, rawTx: bytesOf(`noise ${index}`, 100_000) } }),
		);
		const ticks = [planned(DUE, 106, ...items)];
		const large = buildPublication({ ...plan, ticks, target: "blobs" });
		expect(large).to.include({ ok: false, reason: "data-too-large", limit: MAX_BLOBS * 130_044 });
		expect(buildPublication({ ...plan, ticks, target: "calldata" }).ok).to.equal(true);
		const zeros: Item = { kind: "tx", leg: { rollupId: 1, rawTx: new Uint8Array(MAX_TX_BYTES) } };
		const huge = buildPublication({
			...plan,
			ticks: [planned(DUE, 106, ...Array.from({ length: 129 }, () => zeros))],
			target: "blobs",
		});
		expect(huge).to.include({ ok: false, reason: "manifest-too-large", limit: MAX_MANIFEST_BYTES });
	});

	it("is the same when it is compressed aside", async () => {
		const idle = Array.from({ length: MAX_TICKS }, (_, index) => planned(1 + index, 100));
		const zeros: Item = { kind: "tx", leg: { rollupId: 1, rawTx: new Uint8Array(MAX_TX_BYTES) } };
		const huge = [planned(DUE, 106, ...Array.from({ length: 129 }, () => zeros))];
		for (const target of ["blobs", "calldata"] as const)
			for (const ticks of [TICKS, idle, huge])
				expect(await buildPublicationAside({ ...plan, ticks, target })).to.deep.equal(
					buildPublication({ ...plan, ticks, target }),
				);
	});

	it("M-2: of thousands of idle ticks is not void for its ratio", () => {
		const slow = { ...CONFIG, maxOriginAge: 40_000 };
		const timeline = started();
		const ticks = Array.from({ length: MAX_TICKS }, (_, index) => planned(1 + index, 100));
		expect(checkPlanned(slow, timeline.state, ticks)).to.equal(null);
		const built = buildPublication({ ...plan, ticks, target: "calldata" });
		expect(built.ok && built.data.length).to.be.below(400);
	});
});
