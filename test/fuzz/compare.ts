/** Reads a history with `src`, as a node does (saved states, unwinding, restarts), and holds it to the second reader. */
import { genesisState } from "../../src/derive/state.ts";
import { decodeState, encodeState, stateHash } from "../../src/derive/stateCodec.ts";
import { step } from "../../src/derive/step.ts";
import type {
	Deposit,
	DerivedTick,
	L1Block,
	L1Ref,
	OrderState,
	PublicationVerdict,
	StepResult,
} from "../../src/derive/types.ts";
import type { Hash32, Item, RollupId } from "../../src/primitives/types.ts";
import { bytesOf, itemHash, keccak } from "../reference/hashes.ts";
import { creditText } from "../reference/ticks.ts";
import type { Leg, ReadBlock, ReadPublication, ReadTick } from "../reference/types.ts";
import type { History } from "./history.ts";

export interface Difference {
	readonly segment: number;
	/** Index of the block in its segment. */
	readonly block: number;
	/** What differs. */
	readonly field: string;
	readonly src: unknown;
	readonly reference: unknown;
}

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const plainLegs = (legs: readonly { rollupId: number; rawTx: Uint8Array }[]): Leg[] =>
	legs.map(({ rollupId, rawTx }) => ({ rollupId, rawTx: Buffer.from(rawTx) }));

const plainItem = (item: Item): Hash32 =>
	item.kind === "tx"
		? itemHash({ bundle: false, legs: plainLegs([item.leg]) })
		: itemHash({ bundle: true, legs: plainLegs(item.legs) });

const plainBlock = ({ number, hash, timestamp, prevRandao }: L1Ref) => ({ number, hash, timestamp, prevRandao });

const plainDeposits = (deposits: ReadonlyMap<RollupId, readonly Deposit[]>): ReadTick["deposits"] =>
	[...deposits].sort(([a], [b]) => a - b).map(([rollupId, list]) => ({ rollupId, credits: list.map(creditText) }));

/** A tick of `src` in the second reader's words. Hashes of contents are computed from the contents. */
function plainTick(tick: DerivedTick): ReadTick {
	return {
		tick: tick.tick,
		time: tick.time,
		kind: tick.kind,
		publicationId: tick.publicationId,
		l1Origin: plainBlock(tick.l1Origin),
		coinbase: tick.coinbase,
		forced: tick.forced.map(({ entry, overCap }) => ({
			sequence: entry.sequence,
			cluster: entry.cluster,
			index: entry.index,
			enqueuedAt: entry.enqueuedAt,
			bundle: entry.bundle,
			rollupIds: entry.legs.map((leg) => leg.rollupId),
			overCap,
			itemHash: itemHash({ bundle: entry.bundle, legs: plainLegs(entry.legs) }),
		})),
		items: tick.items.map(plainItem),
		deposits: plainDeposits(tick.deposits),
		rollups: [...tick.rollups.values()].map(({ rollupId, chainId, cluster, gasLimit, feeRecipient }) => ({
			rollupId,
			chainId,
			cluster,
			gasLimit,
			feeRecipient,
		})),
		itemsRoot: tick.itemsRoot,
		forcedRoot: tick.forcedRoot,
		orderRoot: tick.orderRoot,
	};
}

type Finding = Omit<Difference, "segment" | "block">;

function comparePublication(got: PublicationVerdict, want: ReadPublication): Finding | null {
	const field = `publication ${want.id}`;
	const valid = want.broken.length === 0;
	const { verdict } = got;
	const agrees =
		verdict.kind === "valid" ? valid && verdict.items === want.items : want.broken.includes(verdict.reason);
	if (!agrees) return { field, src: verdict, reference: valid ? { items: want.items } : want.broken };
	if (got.id !== want.id || got.head !== want.head) {
		return { field: `${field} head`, src: [got.id, got.head], reference: [want.id, want.head] };
	}
	return null;
}

function compareTicks(got: readonly DerivedTick[], want: readonly ReadTick[]): Finding | null {
	for (const [i, reference] of want.entries()) {
		const tick = got[i];
		const src = tick === undefined ? undefined : plainTick(tick);
		if (sameText(src, reference)) continue;
		if (src === undefined) return { field: `tick ${reference.tick}`, src, reference };
		const key = (Object.keys(reference) as (keyof ReadTick)[]).find((one) => !sameText(src[one], reference[one]));
		if (key !== undefined) return { field: `tick ${reference.tick} ${key}`, src: src[key], reference: reference[key] };
	}
	if (got.length === want.length) return null;
	return { field: "extra tick", src: got.slice(want.length).map(plainTick), reference: undefined };
}

/** S-6 from the subtree roots: the last two are joined until one is left. */
function foldAccumulator(roots: readonly Hash32[]): Hash32 {
	const [last, ...before] = roots.toReversed();
	if (last === undefined) return `0x${"00".repeat(32)}`;
	return before.reduce((right, left) => keccak(Buffer.from([1]), bytesOf(left), bytesOf(right)), last);
}

function compareState(state: OrderState, hash: Hash32, want: ReadBlock): Finding | null {
	const root = foldAccumulator(state.accumulator.roots);
	const pairs: readonly [string, unknown, unknown][] = [
		["head", state.head, want.head],
		["lastTick", state.lastTick, want.lastTick],
		["lastOrigin", state.lastOrigin, want.lastOrigin],
		["accumulator count", state.accumulator.count, want.accumulatorCount],
		["accumulator root", root, want.accumulatorRoot],
		["state hash", hash, want.stateHash],
	];
	const differing = pairs.find(([, src, reference]) => src !== reference);
	return differing === undefined ? null : { field: differing[0], src: differing[1], reference: differing[2] };
}

function compareBlock(result: StepResult, hash: Hash32, want: ReadBlock): Finding | null {
	const { publications, ticks, registrations, messages, state } = result;
	if (publications.length !== want.publications.length) {
		return { field: "publications", src: publications.length, reference: want.publications.length };
	}
	for (const [i, publication] of want.publications.entries()) {
		const got = publications[i];
		const finding = got === undefined ? null : comparePublication(got, publication);
		if (finding !== null) return finding;
	}
	const registered = registrations.map((log) => log.rollupId);
	if (!sameText(registered, want.registrations)) {
		return { field: "registrations", src: registered, reference: want.registrations };
	}
	const sent = messages.map((log) => `${log.rollupId}/${log.id}`);
	if (!sameText(sent, want.messages)) return { field: "messages", src: sent, reference: want.messages };
	return compareTicks(ticks, want.ticks) ?? compareState(state, hash, want);
}

interface Saved {
	readonly state: OrderState;
	readonly hash: Hash32;
}

/** The state as a node finds it after a restart. */
function restart(state: OrderState): OrderState {
	const { bytes, payloads } = encodeState(state);
	return decodeState(bytes, (hash) => payloads.get(hash));
}

/** One block in eight is read by a node that has just restarted. */
const restartsAt = (block: L1Block): boolean => Number.parseInt(block.hash.slice(-1), 16) % 8 === 0;

/**
 * The first difference, or null. Forks are unwound to the saved state (D-11), which must still be what it was.
 * Whatever `src` throws is thrown.
 */
export function compareHistory(history: History, expected: readonly (readonly ReadBlock[])[]): Difference | null {
	const { config, genesisHead, segments } = history;
	const genesis = genesisState(config, genesisHead);
	const saved: Saved[] = [{ state: genesis, hash: stateHash(genesis) }];
	for (const [segment, { keep, blocks }] of segments.entries()) {
		saved.length = keep + 1;
		const base = saved[keep] ?? { state: genesis, hash: "0x" };
		if (stateHash(base.state) !== base.hash) {
			return { segment, block: 0, field: "saved state changed", src: stateHash(base.state), reference: base.hash };
		}
		let state = base.state;
		for (const [i, block] of blocks.entries()) {
			const want = expected[segment]?.[i];
			if (want === undefined) return { segment, block: i, field: "reference", src: undefined, reference: undefined };
			const result = step(config, restartsAt(block) ? restart(state) : state, block);
			state = result.state;
			const hash = stateHash(state);
			const finding = compareBlock(result, hash, want);
			if (finding !== null) return { segment, block: i, ...finding };
			saved.push({ state, hash });
		}
	}
	return null;
}
