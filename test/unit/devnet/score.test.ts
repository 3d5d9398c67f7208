import { expect } from "chai";
import { describe, it } from "mocha";
import picocolors from "picocolors";
import { History } from "../../../src/devnet/history.ts";
import { drawScore, type Mark, type ScoreSlot } from "../../../src/devnet/score.ts";
import { liveScreen, plainScreen, type View } from "../../../src/devnet/screen.ts";
import type { PositionRecord, TickRecord } from "../../../src/node/records.ts";
import { ZERO_HASH } from "../../../src/primitives/bytes.ts";
import type { TimelineConfig } from "../../../src/primitives/types.ts";

const plain = picocolors.createColors(false);
const colored = picocolors.createColors(true);
const LANES = ["7001 c1", "7002 c1", "7003 c2"];

function slot(number: number, ...ticks: readonly (readonly [lane: number, mark: Mark])[][]): ScoreSlot {
	let first = number * 100;
	return {
		slot: number,
		certainty: "safe",
		ticks: ticks.map((marks) => {
			const tick = { first, marks: marks.map(([lane, mark]) => ({ lane, mark })), deposits: new Map() };
			first += marks.length;
			return tick;
		}),
	};
}

const CONFIG: TimelineConfig = {
	startBlock: 1,
	genesisTime: 1_000,
	beaconGenesisTime: 1_000,
	slotSeconds: 4,
	tickSeconds: 2,
	maxLag: 32,
	forcedDelay: 16,
	maxOriginAge: 8,
	ringSize: 64,
	clusterGasPerSlot: 1n,
};

const position = (
	rollupId: number,
	index: number,
	kind: "ok" | "reverted" | "dropped",
	forced = false,
): PositionRecord => ({
	class: forced ? 0 : 1,
	index,
	bundle: false,
	legs: [{ rollupId, txHash: ZERO_HASH }],
	outcome:
		kind === "dropped"
			? { kind: "dropped", reason: "nonce" }
			: { kind: "included", block: 1, txIndex: index, status: kind === "ok" ? 1 : 0, gasUsed: 21_000 },
});

const record = (tick: number, positions: readonly PositionRecord[] = [], hash = ZERO_HASH): TickRecord => ({
	tick,
	time: CONFIG.genesisTime + 2 * tick,
	kind: "published",
	publicationId: 1,
	l1Block: 1,
	l1Origin: { number: 1, hash: ZERO_HASH },
	coinbase: null,
	orderRoot: ZERO_HASH,
	forcedRoot: ZERO_HASH,
	itemsRoot: ZERO_HASH,
	positions,
	deposits: [],
	blocks: [
		{
			rollupId: 1,
			number: tick,
			hash,
			stateRoot: ZERO_HASH,
			gasUsed: 0,
			baseFee: "1",
			transactions: 1,
			withdrawals: 0,
		},
	],
});

describe("the timeline as a score", () => {
	it("gives every position a column of its own, in the lane of its rollup, ticks and slots apart", () => {
		const one = slot(
			3,
			[
				[0, "included"],
				[1, "reverted"],
				[2, "dropped"],
			],
			[
				[2, "forced"],
				[0, "forcedDropped"],
			],
		);
		expect(drawScore([one], LANES, 80, plain)).to.deep.equal([
			"slot    │3         │",
			"order   │#300      │",
			"7001 c1 │●··┊·△    │",
			"7002 c1 │·○·┊··    │",
			"7003 c2 │··×┊▲·    │",
			"        │safe      │",
		]);
	});

	it("shows the latest slots that fit, whole; one that is too wide by itself is cut", () => {
		const wide = (number: number): ScoreSlot =>
			slot(
				number,
				Array.from({ length: 20 }, () => [0, "included"] as const),
			);
		const lines = drawScore([wide(1), wide(2), wide(3), wide(4)], LANES, 60, plain);
		expect(lines[0]).to.match(/^slot {4}│3 +│4 +│$/);
		expect(lines.every((line) => line.length <= 60)).to.equal(true);
		const huge = slot(
			5,
			Array.from({ length: 200 }, () => [1, "included"] as const),
		);
		const cut = drawScore([huge], LANES, 60, plain);
		expect(cut.every((line) => line.length <= 60)).to.equal(true);
		expect(cut[3]).to.include("…");
	});
});

describe("the devnet's history", () => {
	it("numbers positions over the whole timeline and is as sure of a slot as of its last tick", () => {
		const history = new History(CONFIG, [1, 2]);
		history.derive(record(2, [position(1, 0, "ok"), position(2, 1, "reverted")]));
		history.expect(record(3, [position(2, 0, "dropped"), position(1, 0, "ok", true)]));
		history.derive(record(4, [position(1, 0, "dropped", true)]));
		const slots = history.slots();
		expect(slots.map(({ certainty, slot: n }) => [n, certainty])).to.deep.equal([
			[1, "unsafe"],
			[2, "safe"],
		]);
		expect(slots.flatMap(({ ticks }) => ticks.map((tick) => tick.first))).to.deep.equal([1, 3, 5]);
		expect(slots.flatMap(({ ticks }) => ticks.flatMap((tick) => tick.marks.map((m) => m.mark)))).to.deep.equal([
			"included",
			"reverted",
			"dropped",
			"forced",
			"forcedDropped",
		]);
		history.finalize(4);
		expect(history.slots()[1]?.certainty).to.equal("finalized");
	});

	it("finds every tick in which reader and sequencer differ, be it one hash", () => {
		const history = new History(CONFIG, [1]);
		for (const tick of [1, 2, 3]) history.expect(record(tick, [position(1, 0, "ok")]));
		history.derive(record(1, [position(1, 0, "ok")]));
		history.derive(record(2, [position(1, 0, "ok")], `0x${"11".repeat(32)}`));
		expect(history.agreement()).to.deep.equal({ ticks: 2, blocks: 2, differences: [2] });
		history.derive(record(3, [position(1, 0, "dropped")]));
		expect(history.agreement().differences).to.deep.equal([2, 3]);
	});

	it("forgets what a reorg undid, but not what is still expected", () => {
		const history = new History(CONFIG, [1]);
		history.expect(record(1));
		history.derive(record(1));
		history.derive(record(2));
		history.underive(0);
		expect(history.derived()).to.deep.equal([]);
		expect(history.slots().map(({ certainty }) => certainty)).to.deep.equal(["unsafe"]);
		history.withdraw([1]);
		expect(history.slots()).to.deep.equal([]);
	});
});

describe("the devnet's screen", () => {
	const view = (slots: readonly ScoreSlot[]): View => ({
		title: ["t".repeat(200), "two"],
		rollups: [1, 2, 3].map((rollupId) => ({ rollupId, chainId: 7_000 + rollupId, cluster: 1 })),
		slots,
		heads: { unsafe: new Map(), safe: new Map(), finalized: new Map() },
		rows: [],
		status: "s".repeat(200),
	});
	const terminal = (columns: number) => {
		const written: string[] = [];
		return { isTTY: true, columns, rows: 24, write: (text: string) => written.push(text), written };
	};

	it("elsewhere than on a terminal is one line of at most 80 columns per slot, told once it is on L1", () => {
		const out = terminal(80);
		const screen = plainScreen(out);
		const unsafe = { ...slot(2, [[1, "dropped"]]), certainty: "unsafe" as const };
		for (const slots of [[slot(1, [[0, "reverted"]])], [slot(1, [[0, "reverted"]]), unsafe]]) screen.draw(view(slots));
		const lines = out.written.join("").trimEnd().split("\n");
		expect(lines.filter((line) => line.startsWith("slot"))).to.deep.equal([
			"slot    1  #100 to #100    rollups 1+0+0  1 reverted",
		]);
		expect(lines.every((line) => line.length <= 80)).to.equal(true);
		expect(out.written.join("")).not.to.include("\x1b");
	});

	it("on a terminal never writes a line that would wrap, and redraws in place", () => {
		for (const columns of [40, 80, 200]) {
			const out = terminal(columns);
			const screen = liveScreen(out, colored);
			screen.draw(
				view([
					slot(1, [
						[0, "included"],
						[1, "dropped"],
					]),
				]),
			);
			screen.event(1, "e".repeat(300));
			screen.close();
			const escapes = new RegExp(`${String.fromCharCode(27)}\\[[?0-9;]*[a-zA-Z]`, "gu");
			const lines = out.written
				.join("")
				.replace(escapes, "")
				.split(/[\r\n]/);
			expect(Math.max(...lines.map((line) => line.length))).to.be.below(columns);
			const frames = out.written.filter((text) => text.includes("\x1b[J"));
			const height = (frames[0]?.split("\n").length ?? 0) - 1;
			expect(frames[1]?.startsWith(`\x1b[${height}A`)).to.equal(true);
		}
	});
});
