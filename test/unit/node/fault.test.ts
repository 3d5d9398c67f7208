import { expect } from "chai";
import { AbiCoder, Interface, solidityPackedKeccak256 } from "ethers";
import { describe, it } from "mocha";
import { unpackRingWord } from "../../../src/codec/header.ts";
import { itemHash } from "../../../src/codec/itemHash.ts";
import type { Receipt } from "../../../src/codec/receipt.ts";
import { slotAt, slotStart, tickTime } from "../../../src/derive/clock.ts";
import type { PlannedTick } from "../../../src/derive/plan.ts";
import type { L1Source } from "../../../src/derive/ports.ts";
import { FAULT } from "../../../src/l1/evidence.ts";
import type { RpcTransport } from "../../../src/l1/rpc.ts";
import { type FaultOptions, findFault, type Judgement } from "../../../src/node/fault.ts";
import { RIGHTS_ABI } from "../../../src/primitives/abi.ts";
import { bytesToHex, ZERO_ADDRESS, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import type { Address } from "../../../src/primitives/types.ts";
import { type Changes, CONFIG, planned, started, type Timeline, tickOf, tx } from "../../helpers/derive/timeline.ts";
import { codeOf } from "../../helpers/l1/errors.ts";

const INBOX: Address = `0x${"1b".repeat(20)}`;
const RIGHTS: Address = `0x${"dd".repeat(20)}`;
/** As the tests' publications have it. */
const PUBLISHER: Address = `0x${"bb".repeat(20)}`;
const OTHER: Address = `0x${"ee".repeat(20)}`;
/** The tick at L1 block 110's time, and the window around it: slots 11 to 13. */
const TICK = tickOf(110);
const FIRST_SLOT = slotAt(CONFIG, tickTime(CONFIG, TICK));
const LAST_SLOT = FIRST_SLOT + 2;
const [PROMISED, ELSE] = [tx(1, 1), tx(1, 2)];
const receipt: Receipt = {
	version: 1,
	chainId: 31_337,
	timeline: INBOX,
	slasher: OTHER,
	tick: TICK,
	index: 0,
	itemHash: bytesToHex(itemHash(PROMISED)),
	sequencer: PUBLISHER,
	signature: "0x11",
};

const rights = new Interface(RIGHTS_ABI);

/** The tests' L1, and a node of it. */
function l1Of(
	timeline: Timeline,
	{ everything = false, kind = 2, owner = PUBLISHER } = {},
): Pick<FaultOptions, "source" | "rpc"> & { readonly read: number[] } {
	const { blocks, config } = timeline;
	const read: number[] = [];
	const at = (number: number) => blocks.find((block) => block.number === number) ?? null;
	const source = {
		timeline: async () => ({ l1ChainId: 31_337, inbox: INBOX, rights: RIGHTS, config }),
		async block(number: number) {
			read.push(number);
			return at(number);
		},
	} as unknown as L1Source;
	const rpc: RpcTransport = {
		label: "test",
		async request(method, params) {
			if (method === "eth_getBlockByNumber") {
				const block = params[0] === "latest" ? blocks.at(-1) : at(Number(params[0]));
				return { number: `0x${block?.number.toString(16)}`, timestamp: `0x${block?.timestamp.toString(16)}` };
			}
			const [slot] = rights.decodeFunctionData("rightOf", (params[0] as { data: string }).data);
			const own = everything || (slot >= FIRST_SLOT && slot <= LAST_SLOT);
			const right = own ? [owner, TICK - 2, TICK + 15, kind] : [ZERO_ADDRESS, TICK + 16, TICK + 99, 1];
			return rights.encodeFunctionResult("rightOf", right);
		},
	};
	return { source, rpc, read };
}

const ticks = (...wanted: readonly (readonly [tick: number, ...items: PlannedTick["items"]])[]): PlannedTick[] =>
	wanted.map(([tick, ...items]) => planned(tick, 109, ...items));

/** L1 on which that is published in block 112, and then nothing until block 120. */
function publishing(wanted: readonly PlannedTick[], changes: Changes = {}): Timeline {
	const timeline = started();
	timeline.idleTo(111);
	timeline.publish(wanted, changes);
	timeline.idleTo(120);
	return timeline;
}

const judged = (timeline: Timeline, options: Parameters<typeof l1Of>[1] = {}): Promise<Judgement> =>
	findFault({ ...l1Of(timeline, options), receipt });

describe("whether a promise was kept", () => {
	it("it was, by the publication that has it at its place, in calldata or in blobs", async () => {
		for (const target of ["calldata", "blobs"] as const) {
			const { kind, what, window } = await judged(publishing(ticks([TICK - 1, ELSE], [TICK, PROMISED]), { target }));
			expect(kind).to.equal("kept");
			expect(what).to.equal(`publication 1 (L1 block 112) has it at place 0 of tick ${TICK}`);
			expect(window).to.include({ firstSlot: FIRST_SLOT, lastSlot: LAST_SLOT, sequencer: PUBLISHER, kind: 2 });
		}
	});

	it("P-9: it was not, and the publication that L1 has shows it: fewer items, another one, no such tick", async () => {
		const cases: readonly (readonly [PlannedTick[], RegExp])[] = [
			[ticks([TICK - 1], [TICK]), /has 0 items in tick 60, and none at place 0$/],
			[ticks([TICK, ELSE, PROMISED]), /has 0x[0-9a-f]{64} at place 0 of tick 60$/],
			[ticks([TICK - 1, PROMISED], [TICK + 1]), /leaves out tick 60$/],
		];
		for (const [wanted, words] of cases)
			for (const target of ["calldata", "blobs"] as const) {
				const timeline = publishing(wanted, { target });
				const found = await judged(timeline);
				if (found.kind !== "broken") expect.fail(found.what);
				expect(found.fault).to.equal("contradiction");
				expect(found.what).to.match(words);
				expect(found.evidence).to.include({ fault: FAULT.contradiction, slot: LAST_SLOT });
				expect(wordOf(found.evidence.proof, 1)).to.equal(timeline.state.head);
			}
	});

	it("P-10: its publication is void if its data does not say what its header does", async () => {
		const wanted = ticks([TICK - 1], [TICK, PROMISED]);
		for (const changes of [{ data: Uint8Array.of(1, 2, 3) }, { header: { ticksRoot: ZERO_HASH } }]) {
			const timeline = publishing(wanted, changes);
			const found = await judged(timeline);
			if (found.kind !== "broken") expect.fail(found.what);
			expect(found.fault).to.equal("void");
			expect(wordOf(found.evidence.proof, 0)).to.equal(timeline.state.head);
		}
	});

	it("P-11: it was left out, by nobody's publication, its owner's next one or another's", async () => {
		const idle = started();
		idle.idleTo(120);
		const cases: readonly (readonly [Timeline, Address, RegExp])[] = [
			[idle, PUBLISHER, /is not published: nobody has published it$/],
			[publishing(ticks([TICK + 1])), PUBLISHER, /it went on after it \(publication 1, L1 block 112\)$/],
			[publishing(ticks([TICK])), OTHER, /0xbb.* has taken it \(publication 1, L1 block 112\)$/],
		];
		for (const [timeline, owner, words] of cases) {
			const found = await findFault({ ...l1Of(timeline, { owner }), receipt: { ...receipt, sequencer: owner } });
			if (found.kind !== "broken") expect.fail(found.what);
			expect(found.fault).to.equal("omission");
			expect(found.what).to.match(words);
			expect(found.evidence.slot).to.equal(LAST_SLOT);
			if (timeline === idle) expect(found.evidence.proof).to.equal("0x");
			else expect(wordOf(found.evidence.proof, 0)).to.equal(timeline.state.head);
		}
		const staked = await judged(idle, { kind: 3 });
		expect(staked.kind).to.equal("blameless");
		expect(staked.what).to.include("is not charged with that (P-11)");
	});

	it("it can still be kept as long as its window lasts", async () => {
		const ends = slotStart(CONFIG, LAST_SLOT + 1);
		for (const [number, kind] of [
			[112, "open"],
			[113, "broken"],
		] as const) {
			const timeline = started();
			timeline.idleTo(number);
			expect(timeline.state.l1.timestamp < ends).to.equal(kind === "open");
			expect((await judged(timeline)).kind).to.equal(kind);
		}
	});

	it("P-8: not, if another receipt has the same place for another item; only then", async () => {
		const l1 = l1Of(publishing(ticks([TICK, PROMISED])));
		const other: Receipt = { ...receipt, itemHash: `0x${"12".repeat(32)}`, signature: "0x22" };
		const found = await findFault({ ...l1, receipt, others: [receipt, other] });
		if (found.kind !== "broken") expect.fail(found.what);
		expect(found.fault).to.equal("equivocation");
		expect(found.evidence.proof).to.equal(
			AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes"], [other.itemHash, other.signature]),
		);
		const harmless: readonly Partial<Receipt>[] = [
			{ index: 1 },
			{ tick: TICK + 1 },
			{ slasher: INBOX },
			{ timeline: OTHER },
			{ chainId: 1 },
			{ sequencer: OTHER },
		];
		for (const change of harmless)
			expect((await findFault({ ...l1, receipt, others: [{ ...other, ...change }] })).kind).to.equal("kept");
	});

	it("is told though a node says that every slot is of one window (R-13)", async () => {
		const { kind, window } = await judged(publishing(ticks([TICK, PROMISED])), { everything: true });
		expect(kind).to.equal("kept");
		expect(window.lastSlot - FIRST_SLOT).to.equal(32);
	});

	it("is looked for from the tick's time on, not from the beginning", async () => {
		const l1 = l1Of(publishing(ticks([TICK, PROMISED])));
		const seen: number[] = [];
		await findFault({ ...l1, receipt, onBlock: (number, last) => seen.push(number, last) });
		expect(l1.read).to.deep.equal([110, 111, 112]);
		expect(seen).to.deep.equal([110, 120, 111, 120, 112, 120]);
	});

	it("cannot be asked of another timeline, nor of who does not own the tick; and stops when it is told to", async () => {
		const l1 = l1Of(publishing(ticks([TICK, PROMISED])));
		expect(await codeOf(findFault({ ...l1, receipt: { ...receipt, timeline: OTHER } }))).to.equal(
			"usage other-timeline",
		);
		expect(await codeOf(findFault({ ...l1, receipt: { ...receipt, chainId: 1 } }))).to.equal("usage other-timeline");
		expect(await codeOf(findFault({ ...l1, receipt: { ...receipt, sequencer: OTHER } }))).to.equal("usage no-right");
		expect(await codeOf(findFault({ ...l1, receipt: { ...receipt, tick: TICK + 50 } }))).to.equal("usage no-right");
		const signal = AbortSignal.abort();
		expect(await codeOf(findFault({ ...l1, receipt, signal }))).to.equal("retry stopped");
	});
});

const PUBLICATION =
	"tuple(bytes32 parent, uint256 meta, bytes32 ticksRoot, bytes32 l1OriginHash, address publisher, uint128 blockNumber, uint128 timestamp, bytes payload)";

/** H-2, H-3, of the publication in a proof, which stands so many levels deep in it: what the Inbox must have for it. */
function wordOf(proof: string, depth: 0 | 1): string {
	const inner = `${PUBLICATION} publication`;
	const wrapped = `tuple(${inner}, uint32 tickCount, uint32 tickIndex, tuple(uint64, uint32, bytes32, bytes32[])[] ticks, bytes32 item, bytes32[] itemSiblings)`;
	const [decoded] = AbiCoder.defaultAbiCoder().decode([depth === 0 ? PUBLICATION : wrapped], proof);
	const { blockNumber, l1OriginHash, meta, parent, payload, publisher, ticksRoot, timestamp } =
		depth === 0 ? decoded : decoded.publication;
	const hash = solidityPackedKeccak256(
		["bytes32", "uint256", "bytes32", "bytes32", "uint256", "uint128", "uint128", "bytes"],
		[parent, meta, ticksRoot, l1OriginHash, publisher, blockNumber, timestamp, payload],
	);
	const span = (BigInt(meta) >> 40n) & 0xffffn;
	const lastTick = ((BigInt(meta) >> 56n) & 0xffffffffffn) + span;
	const id = unpackRingWord(parent).id + 1;
	return `0x${id.toString(16).padStart(8, "0")}${lastTick.toString(16).padStart(10, "0")}${hash.slice(2, 48)}`;
}
