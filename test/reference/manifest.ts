/** Section 4, M-3 to M-5: from the manifest's bytes to its ticks. */
import { decodeRlp, encodeRlp, type RlpStructuredData } from "ethers";
import type { VoidReason } from "../../src/derive/types.ts";
import type { PublicationHeader } from "../../src/primitives/types.ts";
import { asInteger, decodeCanonical, type Rlp } from "./rlp.ts";
import type { Deviation, Leg, ManifestItem, ManifestTick } from "./types.ts";

const MAX_TICKS = 4_096;
const MAX_ITEMS = 100_000;
const MAX_LEGS = 64;
const MAX_TX_BYTES = 131_072;

const isList = (value: Rlp | undefined): value is readonly Rlp[] => Array.isArray(value);

function leg(value: Rlp, broken: Set<VoidReason>): Leg {
	if (!isList(value) || value.length !== 2) {
		broken.add("manifest-encoding");
		return { rollupId: 0, rawTx: Buffer.alloc(0) };
	}
	const rollupId = asInteger(value[0], 2n ** 32n);
	const rawTx = value[1];
	if (rollupId === null || !Buffer.isBuffer(rawTx)) broken.add("manifest-encoding");
	if (Buffer.isBuffer(rawTx) && rawTx.length > MAX_TX_BYTES) broken.add("manifest-cap");
	return { rollupId: Number(rollupId ?? 0), rawTx: Buffer.isBuffer(rawTx) ? rawTx : Buffer.alloc(0) };
}

function item(value: Rlp, broken: Set<VoidReason>): ManifestItem {
	if (!isList(value) || !isList(value[0])) return { bundle: false, legs: [leg(value, broken)] };
	if (value.length > MAX_LEGS) broken.add("manifest-cap");
	return { bundle: true, legs: value.map((part) => leg(part, broken)) };
}

function tick(value: Rlp, broken: Set<VoidReason>): ManifestTick {
	const parts = isList(value) ? value : [];
	const delta = asInteger(parts[0], 2n ** 40n);
	const lag = asInteger(parts[1], 2n ** 32n);
	const items = parts[2];
	if (parts.length !== 3 || delta === null || lag === null || !isList(items)) {
		broken.add("manifest-encoding");
		return { delta: 0, lag: 0, items: [] };
	}
	return { delta: Number(delta), lag: Number(lag), items: items.map((part) => item(part, broken)) };
}

/** What a reader would do who trusts a library to be strict. */
function decodeLeniently(manifest: Buffer): Rlp | null {
	try {
		return decodeCanonical(Buffer.from(encodeRlp(decodeRlp(manifest) as RlpStructuredData).slice(2), "hex"));
	} catch {
		return null;
	}
}

/** M-3: the ticks, or the rules broken. */
export function readManifest(manifest: Buffer, deviation?: Deviation): readonly ManifestTick[] | VoidReason[] {
	const value = deviation === "rlp-lenient" ? decodeLeniently(manifest) : decodeCanonical(manifest);
	// Bytes that are no canonical RLP may exceed a cap before they stop making sense: both names are right.
	if (value === null) return ["manifest-encoding", "manifest-cap"];
	const broken = new Set<VoidReason>();
	if (!isList(value)) return ["manifest-encoding"];
	const ticks = value.map((part) => tick(part, broken));
	if (ticks.length === 0) broken.add("manifest-encoding").add("manifest-cap");
	if (ticks.length > MAX_TICKS) broken.add("manifest-cap");
	const transactions = ticks.flatMap((one) => one.items).reduce((sum, one) => sum + one.legs.length, 0);
	if (transactions > MAX_ITEMS) broken.add("manifest-cap");
	return broken.size > 0 ? [...broken] : ticks;
}

export interface NumberedTick {
	readonly tick: number;
	/** Number of the L1 block; may be one that does not exist. */
	readonly l1Origin: number;
	readonly items: readonly ManifestItem[];
}

/** M-4, M-5: the ticks with their numbers, or what is wrong by the first rule they break. */
export function numberTicks(
	ticks: readonly ManifestTick[],
	header: PublicationHeader,
	deviation?: Deviation,
): readonly NumberedTick[] | VoidReason[] {
	const numbered: NumberedTick[] = [];
	let inOrder = true;
	let originsInOrder = true;
	let number = header.firstTick;
	let lagBefore = Number.POSITIVE_INFINITY;
	for (const [i, one] of ticks.entries()) {
		if (i === 0 ? one.delta !== 0 : one.delta < 1) inOrder = false;
		if (one.lag > lagBefore && deviation !== "lags-may-rise") originsInOrder = false;
		number += one.delta;
		lagBefore = one.lag;
		numbered.push({ tick: number, l1Origin: header.l1Origin - one.lag, items: one.items });
	}
	if (!inOrder || number !== header.lastTick) return ["tick-order"];
	const belowZero = numbered.some((one) => one.l1Origin < 0);
	if (!originsInOrder || lagBefore !== 0) return belowZero ? ["origin-order", "origin-unknown"] : ["origin-order"];
	return belowZero ? ["origin-unknown", "origin-order"] : numbered;
}
