/** Whether a promise has been kept, and what shows that it has not (docs/spec/preconfirmations.md, section 3). */

import { unpackRingWord } from "../codec/header.ts";
import { itemHash } from "../codec/itemHash.ts";
import type { Receipt } from "../codec/receipt.ts";
import { slotStart, tickTime } from "../derive/clock.ts";
import type { L1Source, Timeline } from "../derive/ports.ts";
import { decodePublished } from "../derive/publication.ts";
import type { L1Block, PublishedLog } from "../derive/types.ts";
import {
	type Evidence,
	encodeContradiction,
	encodeEquivocation,
	encodePublication,
	FAULT,
	type Fault,
	missingTick,
	otherItem,
	type PublishedTicks,
	type TickItems,
	ticksRootOf,
} from "../l1/evidence.ts";
import { numberOf, objectOf } from "../l1/json.ts";
import { type Window, windowOf } from "../l1/rights.ts";
import type { RpcTransport } from "../l1/rpc.ts";
import { bytesToHex, concatBytes, hexToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { keccakHex } from "../primitives/hash.ts";

export interface FaultOptions {
	readonly source: L1Source;
	/** Of the same L1: for rights, and to find a block by its time. */
	readonly rpc: RpcTransport;
	/** A good one (`verifyReceipt`). */
	readonly receipt: Receipt;
	/** Other good ones, to hold against it. */
	readonly others?: readonly Receipt[];
	readonly signal?: AbortSignal;
	/** Called with each L1 block that is looked into, and the last one there is. */
	readonly onBlock?: (number: number, last: number) => void;
}

/** @property what one line for a person */
export type Judgement =
	| { readonly kind: "kept"; readonly what: string; readonly window: Window }
	/** It can still be kept, or broken. */
	| { readonly kind: "open"; readonly what: string; readonly window: Window }
	/** It was not kept, and that is none of the faults of P-8 to P-11. */
	| { readonly kind: "blameless"; readonly what: string; readonly window: Window }
	/** What to show. Whether it passes, only the contract can say: L1 may have missed the slot, or forgotten it. */
	| {
			readonly kind: "broken";
			readonly fault: Fault;
			readonly what: string;
			readonly window: Window;
			readonly evidence: Evidence;
	  };

const STAKED = 3;

/**
 * Looks at L1 up to its head. Throws `usage` (`other-timeline`, `no-right`) for a receipt that L1 cannot be asked about, `retry` and
 * `halt` as the source does, and `retry` (`stopped`) once the signal is aborted.
 */
export async function findFault(options: FaultOptions): Promise<Judgement> {
	const { others = [], receipt, rpc, source } = options;
	const timeline = await source.timeline();
	if (receipt.timeline !== timeline.inbox || receipt.chainId !== timeline.l1ChainId)
		throw new MeridianError(
			"usage",
			"other-timeline",
			`The receipt is of the timeline ${receipt.timeline} on chain ${receipt.chainId}, not of ${timeline.inbox} on ${timeline.l1ChainId}`,
			{ hint: "give the Inbox that the receipt names, and a node of its L1" },
		);
	const window = await windowOf(rpc, timeline.rights, timeline.config, receipt.tick);
	if (window === null || window.sequencer !== receipt.sequencer)
		throw new MeridianError(
			"usage",
			"no-right",
			`Tick ${receipt.tick} belongs to ${window?.sequencer ?? "nobody that L1 knows of"}, not to ${receipt.sequencer}: its promise counts for nothing`,
		);
	const other = others.find((one) => contradicts(receipt, one));
	if (other !== undefined)
		return broken(
			{ receipt, window },
			"equivocation",
			`it has also promised ${other.itemHash} place ${receipt.index} of tick ${receipt.tick}`,
			encodeEquivocation(other),
		);
	const head = await timeAt(rpc, "latest");
	const found = await firstNotBefore(options, timeline, head);
	return judge({ receipt, window, timeline, found, now: head.timestamp });
}

/** P-8. */
const contradicts = (receipt: Receipt, other: Receipt): boolean =>
	other.chainId === receipt.chainId &&
	other.slasher === receipt.slasher &&
	other.timeline === receipt.timeline &&
	other.sequencer === receipt.sequencer &&
	other.tick === receipt.tick &&
	other.index === receipt.index &&
	other.itemHash !== receipt.itemHash;

interface Case {
	readonly receipt: Receipt;
	readonly window: Window;
}

function broken({ receipt, window }: Case, fault: Fault, what: string, proof: string): Judgement {
	const slot = window.lastSlot;
	return { kind: "broken", fault, what, window, evidence: { commitment: receipt, slot, fault: FAULT[fault], proof } };
}

// ------------------------------------------------------------------------------------------------ what L1 has

/** A publication, and what it says of its ticks; null if its data says nothing that its header does, so that it is void. */
interface Found {
	readonly published: PublishedTicks;
	readonly id: number;
	readonly isVoid: boolean;
}

interface Evident extends Case {
	readonly timeline: Timeline;
	/** The first publication that does not end before the tick. */
	readonly found: Found | null;
	/** L1's time. */
	readonly now: number;
}

function judge({ found, now, receipt, timeline, window }: Evident): Judgement {
	const { index, itemHash: promised, sequencer, tick } = receipt;
	const own = found?.published.publisher === sequencer;
	if (found !== null && own && found.published.header.firstTick <= tick)
		return judgePublished({ receipt, window }, found);
	const publication = found === null ? "" : ` (publication ${found.id}, L1 block ${found.published.block.number})`;
	const ends = slotStart(timeline.config, window.lastSlot + 1);
	if (found === null && now < ends)
		return {
			kind: "open",
			window,
			what: `its window ends at L1 time ${ends}, and it is ${now}; tick ${tick} is not published`,
		};
	if (window.kind === STAKED)
		return {
			kind: "blameless",
			window,
			what: `tick ${tick} is not published${publication}; who was drawn from the staked set is not charged with that (P-11)`,
		};
	const why =
		found === null
			? "nobody has published it"
			: own
				? `it went on after it${publication}`
				: `${found.published.publisher} has taken it${publication}`;
	const proof = found === null ? "0x" : encodePublication(found.published);
	return broken(
		{ receipt, window },
		"omission",
		`place ${index} of tick ${tick}, promised to ${promised}, is not published: ${why}`,
		proof,
	);
}

/** P-9, P-10. */
function judgePublished({ receipt, window }: Case, { id, isVoid, published }: Found): Judgement {
	const { index, itemHash: promised, tick } = receipt;
	const publication = `publication ${id} (L1 block ${published.block.number})`;
	if (isVoid)
		return broken(
			{ receipt, window },
			"void",
			`${publication} covers tick ${tick} and is void`,
			encodePublication(published),
		);
	const items = published.ticks.find((candidate) => candidate.tick === tick)?.items;
	if (items?.[index] === promised)
		return { kind: "kept", window, what: `${publication} has it at place ${index} of tick ${tick}` };
	const contradiction = items === undefined ? missingTick(published, tick) : otherItem(published, receipt);
	const what =
		items === undefined
			? `${publication} leaves out tick ${tick}`
			: items[index] === undefined
				? `${publication} has ${items.length} items in tick ${tick}, and none at place ${index}`
				: `${publication} has ${items[index]} at place ${index} of tick ${tick}`;
	return broken({ receipt, window }, "contradiction", what, encodeContradiction(contradiction));
}

/** Publications advance, so it is the only one that can cover the tick; and none that does is older than the tick: the Inbox has checked both. */
async function firstNotBefore(options: FaultOptions, timeline: Timeline, head: BlockTime): Promise<Found | null> {
	const { onBlock, receipt, rpc, signal, source } = options;
	const from = await firstSince(rpc, timeline.config.startBlock, head, tickTime(timeline.config, receipt.tick));
	for (let number = from; ; number++) {
		if (signal?.aborted) throw new MeridianError("retry", "stopped", "Stopped before the promise was judged");
		const block = await source.block(number);
		if (block === null) return null;
		onBlock?.(number, head.number);
		for (const log of block.logs)
			if (log.kind === "published" && log.header.lastTick >= receipt.tick) return foundIn(log, block);
	}
}

function foundIn(log: PublishedLog, block: L1Block): Found {
	const { data, header, publisher } = log;
	const manifest = decodePublished(log);
	const ticks: readonly TickItems[] = manifest.ok
		? manifest.value.map(({ items, tick }) => ({ tick, items: items.map((item) => bytesToHex(itemHash(item))) }))
		: [];
	const payload =
		data.kind === "blobs" ? bytesToHex(concatBytes(...data.versionedHashes.map(hexToBytes))) : keccakHex(data.data);
	const { number, timestamp } = block;
	return {
		published: { header, publisher, block: { number, timestamp }, payload, ticks },
		id: unpackRingWord(header.parent).id + 1,
		isVoid: !manifest.ok || ticksRootOf(ticks) !== header.ticksRoot,
	};
}

// ------------------------------------------------------------------------------------------------ blocks by their time

interface BlockTime {
	readonly number: number;
	/** Seconds. */
	readonly timestamp: number;
}

async function timeAt(rpc: RpcTransport, tag: number | "latest"): Promise<BlockTime> {
	const name = typeof tag === "number" ? `0x${tag.toString(16)}` : tag;
	const block = objectOf(await rpc.request("eth_getBlockByNumber", [name, false]), `Block ${tag}`);
	return { number: numberOf(block.number, "Its number"), timestamp: numberOf(block.timestamp, "Its timestamp") };
}

/** The first block that is not older; the one after the head if there is none. */
async function firstSince(rpc: RpcTransport, start: number, head: BlockTime, time: number): Promise<number> {
	let [low, high] = [start, head.number + 1];
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		if ((await timeAt(rpc, middle)).timestamp >= time) high = middle;
		else low = middle + 1;
	}
	return low;
}
