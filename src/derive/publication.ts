/** One publication: void, or ticks; rules D-3 to D-6. */
import { joinBlobs } from "../codec/blob.ts";
import { type CarrierBlock, nextRingWord, type Payload, publicationHash, unpackRingWord } from "../codec/header.ts";
import type { ManifestTick } from "../codec/manifest.ts";
import { type CountedRoot, itemsRoot, tickHash, ticksRoot } from "../codec/order.ts";
import { decodePublicationData } from "../codec/publicationData.ts";
import type { Decoded } from "../codec/verdict.ts";
import { bytesToHex } from "../primitives/bytes.ts";
import type { Tick, TimelineConfig } from "../primitives/types.ts";
import { tickTime } from "./clock.ts";
import { findBlock } from "./state.ts";
import { makeTick } from "./tick.ts";
import type {
	DerivedTick,
	L1Ref,
	OrderState,
	PublicationData,
	PublicationVerdict,
	PublishedLog,
	VoidReason,
} from "./types.ts";

/** What one publication of an L1 block does. Its ticks are added to `out`. */
export function applyPublication(
	config: TimelineConfig,
	state: OrderState,
	log: PublishedLog,
	block: CarrierBlock,
	out: DerivedTick[],
): { state: OrderState; verdict: PublicationVerdict } {
	const { header, publisher } = log;
	const head = nextRingWord(header, publicationHash(header, publisher, block, payloadOf(log.data)));
	const { id } = unpackRingWord(head);
	const content = readContent(config, state, log);
	let next: OrderState = { ...state, head };
	if (!content.ok) {
		return { state: next, verdict: { id, head, header, publisher, verdict: { kind: "void", reason: content.reason } } };
	}
	for (const { items, itemsRoot, l1Origin, tick } of content.ticks) {
		const plan = {
			tick,
			l1Origin,
			kind: "published",
			publicationId: id,
			coinbase: header.coinbase,
			items,
			itemsRoot,
		} as const;
		next = makeTick(config, next, plan, out);
	}
	const items = content.ticks.reduce((sum, tick) => sum + tick.items.length, 0);
	return { state: next, verdict: { id, head, header, publisher, verdict: { kind: "valid", items } } };
}

/** D-3: the ticks that a publication's data holds, whatever they follow. */
export function decodePublished({
	data,
	header,
}: Pick<PublishedLog, "data" | "header">): Decoded<readonly ManifestTick[]> {
	const bytes = data.kind === "blobs" ? joinBlobs(data.blobs) : ({ ok: true, value: data.data } as const);
	return bytes.ok ? decodePublicationData(bytes.value, header) : bytes;
}

function payloadOf(data: PublicationData): Payload {
	return data.kind === "blobs" ? { versionedHashes: data.versionedHashes } : { data: data.data };
}

/** A published tick with its l1Origin looked up and its items hashed. */
interface ReadTick {
	readonly tick: Tick;
	readonly l1Origin: L1Ref;
	readonly items: ManifestTick["items"];
	readonly itemsRoot: CountedRoot;
}

type Content =
	| { readonly ok: true; readonly ticks: readonly ReadTick[] }
	| { readonly ok: false; readonly reason: VoidReason };

/** Everything that decides whether the publication is void, before any of its ticks is made. */
function readContent(config: TimelineConfig, state: OrderState, { data, header }: PublishedLog): Content {
	const manifest = decodePublished({ data, header });
	if (!manifest.ok) return manifest;
	const placed = placeTicks(config, state, manifest.value);
	if (!placed.ok) return placed;
	const ticks = placed.origins.map((l1Origin, index) => {
		const { items, tick } = manifest.value[index] as ManifestTick;
		return { tick, l1Origin, items, itemsRoot: itemsRoot(items) };
	});
	const root = ticksRoot(ticks.map((tick) => tickHash(tick.tick, tick.itemsRoot)));
	return bytesToHex(root) === header.ticksRoot ? { ok: true, ticks } : { ok: false, reason: "ticks-root" };
}

export type Placed =
	| { readonly ok: true; readonly origins: readonly L1Ref[] }
	| { readonly ok: false; readonly reason: VoidReason };

/** D-4 and D-5: whether ticks, ascending in number and l1Origin, can follow the state; the l1Origins if so. */
export function placeTicks(
	config: TimelineConfig,
	state: OrderState,
	ticks: readonly Pick<ManifestTick, "tick" | "l1Origin">[],
): Placed {
	if ((ticks[0]?.tick ?? 0) <= state.lastTick) return { ok: false, reason: "tick-order" };
	const origins: L1Ref[] = [];
	for (const { l1Origin, tick } of ticks) {
		const block = findBlock(state, l1Origin);
		if (block === undefined) return { ok: false, reason: "origin-unknown" };
		if (l1Origin < state.lastOrigin) return { ok: false, reason: "origin-order" };
		const age = tickTime(config, tick) - block.timestamp;
		if (age < 0 || age > config.maxOriginAge) return { ok: false, reason: "origin-age" };
		origins.push(block);
	}
	return { ok: true, origins };
}
