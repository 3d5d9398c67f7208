/** The sequencer's side of derivation: ticks that are planned but not published, treated by the very code that will derive them. */
import { encodeBlobs } from "../codec/blob.ts";
import { CODEC_BROTLI } from "../codec/compression.ts";
import { legsOf } from "../codec/itemHash.ts";
import { encodeManifest, type ManifestTick } from "../codec/manifest.ts";
import { type CountedRoot, itemsRoot, tickHash, ticksRoot } from "../codec/order.ts";
import { wrapManifest, wrapManifestAside } from "../codec/publicationData.ts";
import { bytesToHex } from "../primitives/bytes.ts";
import {
	BLOB_USABLE_BYTES,
	MAX_BLOBS,
	MAX_ITEMS,
	MAX_LEGS,
	MAX_MANIFEST_BYTES,
	MAX_TICKS,
	MAX_TX_BYTES,
} from "../primitives/limits.ts";
import type { Address, Hash32, PublicationHeader, TimelineConfig } from "../primitives/types.ts";
import { placeTicks } from "./publication.ts";
import { makeTick } from "./tick.ts";
import type { DerivedTick, OrderState, VoidReason } from "./types.ts";

/** A tick of a future publication. */
export type PlannedTick = ManifestTick;

const roots = new WeakMap<PlannedTick, CountedRoot>();

/** Hashed once, though a tick is applied when it is made, after each L1 block, and published. */
function rootOf(planned: PlannedTick): CountedRoot {
	const root = roots.get(planned) ?? itemsRoot(planned.items);
	roots.set(planned, root);
	return root;
}

export interface AppliedTicks {
	readonly ok: true;
	readonly state: OrderState;
	/** The planned ticks and those filled in before them. */
	readonly ticks: readonly DerivedTick[];
}

/** The ticks that a publication of these, in the next L1 block, would make; or why it would be void. */
export function applyTicks(
	config: TimelineConfig,
	state: OrderState,
	coinbase: Address,
	planned: readonly PlannedTick[],
): AppliedTicks | { readonly ok: false; readonly reason: VoidReason } {
	const shape = checkShape(planned);
	if (shape !== null) return { ok: false, reason: shape };
	const placed = placeTicks(config, state, planned);
	if (!placed.ok) return placed;
	const ticks: DerivedTick[] = [];
	let current = state;
	for (const [index, l1Origin] of placed.origins.entries()) {
		const own = planned[index] as PlannedTick;
		const { items, tick } = own;
		const plan = { tick, l1Origin, kind: "published", publicationId: null, coinbase, items } as const;
		current = makeTick(config, current, { ...plan, itemsRoot: rootOf(own) }, ticks);
	}
	return { ok: true, state: current, ticks };
}

/** Why a publication of these ticks would be void (M-3 to M-5, D-4, D-5), or null. What else can go wrong, `buildPublication` says. */
export function checkPlanned(
	config: TimelineConfig,
	state: OrderState,
	planned: readonly PlannedTick[],
): VoidReason | null {
	const shape = checkShape(planned);
	if (shape !== null) return shape;
	const placed = placeTicks(config, state, planned);
	return placed.ok ? null : placed.reason;
}

/** The rules that need no state. */
function checkShape(planned: readonly PlannedTick[]): VoidReason | null {
	const legs = planned.flatMap((tick) => tick.items).map(legsOf);
	const fits =
		planned.length >= 1 &&
		planned.length <= MAX_TICKS &&
		legs.every((item) => item.length >= 1 && item.length <= MAX_LEGS) &&
		legs.every((item) => item.every((leg) => leg.rawTx.length <= MAX_TX_BYTES)) &&
		legs.reduce((sum, item) => sum + item.length, 0) <= MAX_ITEMS;
	if (!fits) return "manifest-cap";
	for (const [index, next] of planned.entries()) {
		const previous = planned[index - 1];
		if (previous !== undefined && next.tick <= previous.tick) return "tick-order";
		if (previous !== undefined && next.l1Origin < previous.l1Origin) return "origin-order";
	}
	const span = (planned.at(-1)?.tick ?? 0) - (planned[0]?.tick ?? 0);
	return span < 2 ** 16 ? null : "tick-order";
}

export interface PublicationPlan {
	/** Ring word to build on. */
	readonly parent: Hash32;
	readonly coinbase: Address;
	/** Hash of the last tick's l1Origin. */
	readonly l1OriginHash: Hash32;
	readonly target: "blobs" | "calldata";
	/** Brotli quality, 0 to 11. */
	readonly quality?: number;
	/** At least one; passed by `checkPlanned`. */
	readonly ticks: readonly PlannedTick[];
}

export interface BuiltPublication {
	readonly ok: true;
	readonly header: PublicationHeader;
	readonly data: Uint8Array;
	/** Empty for calldata. */
	readonly blobs: readonly Uint8Array[];
}

/** More than one publication can carry: `bytes` of `limit`. Plan fewer ticks. */
export interface TooLarge {
	readonly ok: false;
	readonly reason: "manifest-too-large" | "data-too-large";
	readonly bytes: number;
	readonly limit: number;
}

/** The header, data and blobs that publish the ticks. */
export function buildPublication(plan: PublicationPlan): BuiltPublication | TooLarge {
	const manifest = encodeManifest(plan.ticks);
	return exceedsCap(manifest) ?? publicationOf(plan, wrapManifest(manifest, plan.quality));
}

/** The same, compressed on another thread: this one does not wait for that. */
export async function buildPublicationAside(plan: PublicationPlan): Promise<BuiltPublication | TooLarge> {
	const manifest = encodeManifest(plan.ticks);
	return exceedsCap(manifest) ?? publicationOf(plan, await wrapManifestAside(manifest, plan.quality));
}

const exceedsCap = ({ length }: Uint8Array): TooLarge | null =>
	length > MAX_MANIFEST_BYTES ? tooLarge("manifest-too-large", length, MAX_MANIFEST_BYTES) : null;

function publicationOf(plan: PublicationPlan, data: Uint8Array): BuiltPublication | TooLarge {
	const { coinbase, l1OriginHash, parent, ticks } = plan;
	const limit = MAX_BLOBS * BLOB_USABLE_BYTES;
	if (plan.target === "blobs" && data.length > limit) return tooLarge("data-too-large", data.length, limit);
	const blobs = plan.target === "blobs" ? encodeBlobs(data) : [];
	const header: PublicationHeader = {
		parent,
		coinbase,
		firstTick: ticks[0]?.tick ?? 0,
		lastTick: ticks.at(-1)?.tick ?? 0,
		l1Origin: ticks.at(-1)?.l1Origin ?? 0,
		l1OriginHash,
		codec: CODEC_BROTLI,
		blobs: blobs.length,
		ticksRoot: bytesToHex(ticksRoot(ticks.map((tick) => tickHash(tick.tick, rootOf(tick))))),
	};
	return { ok: true, header, data, blobs };
}

const tooLarge = (reason: TooLarge["reason"], bytes: number, limit: number): TooLarge => ({
	ok: false,
	reason,
	bytes,
	limit,
});
