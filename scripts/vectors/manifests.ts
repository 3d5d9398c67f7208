/** Vectors of the manifest (M-3 to M-5), each cap reached and passed. */
import { type Input, RLP } from "@ethereumjs/rlp";
import { decodeManifest, type ManifestFrame, type ManifestTick } from "../../src/codec/manifest.ts";
import { itemsRoot, tickHash, ticksRoot } from "../../src/codec/order.ts";
import { bytesToHex, concatBytes, hexToBytes } from "../../src/primitives/bytes.ts";
import { MeridianError } from "../../src/primitives/errors.ts";
import { MAX_ITEMS, MAX_LEGS, MAX_TICKS, MAX_TX_BYTES } from "../../src/primitives/limits.ts";
import type { Item, Leg } from "../../src/primitives/types.ts";
import { bytesOf, type Json, type Packed, pack, quantity, unpack, type VectorFile } from "./format.ts";

const U32 = 2 ** 32 - 1;

/** What a manifest says, in JSON; ticks themselves only if there are few. */
export function summary(ticks: readonly ManifestTick[]): { [key: string]: Json } {
	const itemCount = ticks.reduce((sum, tick) => sum + tick.items.length, 0);
	const root = ticksRoot(ticks.map((tick) => tickHash(tick.tick, itemsRoot(tick.items))));
	const counts = { tickCount: quantity(ticks.length), itemCount: quantity(itemCount), ticksRoot: bytesToHex(root) };
	const bytes = ticks.flatMap((tick) => tick.items).reduce((sum, item) => sum + sizeOf(item), 0);
	return ticks.length + itemCount > 20 || bytes > 2_000 ? counts : { ...counts, ticks: ticks.map(tickJson) };
}

const sizeOf = (item: Item): number =>
	(item.kind === "tx" ? [item.leg] : item.legs).reduce((sum, leg) => sum + leg.rawTx.length, 0);

const legJson = (leg: Leg): Json => ({ rollupId: quantity(leg.rollupId), rawTx: bytesToHex(leg.rawTx) });

const tickJson = ({ items, l1Origin, tick }: ManifestTick): Json => ({
	tick: quantity(tick),
	l1Origin: quantity(l1Origin),
	items: items.map(
		(item): Json => (item.kind === "tx" ? { tx: legJson(item.leg) } : { bundle: item.legs.map(legJson) }),
	),
});

const FRAME: ManifestFrame = { firstTick: 600, lastTick: 600, l1Origin: 200 };

const frameJson = (frame: ManifestFrame): { [key: string]: Json } => ({
	firstTick: quantity(frame.firstTick),
	lastTick: quantity(frame.lastTick),
	l1Origin: quantity(frame.l1Origin),
});

const rlp = (input: Input): Packed => bytesToHex(RLP.encode(input));
const last = (lastTick: number): ManifestFrame => ({ ...FRAME, lastTick });

/** RLP of a list whose payload is pieces that repeat. */
function listOf(...pieces: readonly (readonly [Uint8Array, number])[]): [Uint8Array, number][] {
	const length = pieces.reduce((sum, [bytes, times]) => sum + bytes.length * times, 0);
	const header = RLP.encode(new Uint8Array(length)).subarray(0, -length);
	return [
		[header.map((byte, index) => (index === 0 ? byte + 0x40 : byte)), 1],
		...pieces.map(([b, n]): [Uint8Array, number] => [b, n]),
	];
}

const EMPTY_TX = RLP.encode([1, ""]);
const EMPTY_LEGS = (legs: number): Uint8Array => RLP.encode(Array.from({ length: legs }, () => [1, ""]));
const ZERO = Uint8Array.of(0x80);

/** A manifest of one tick with those items. */
const oneTick = (...items: readonly (readonly [Uint8Array, number])[]): Packed =>
	pack(...listOf(...listOf([ZERO, 2], ...listOf(...items))));

const rawTxOf = (length: number): Packed => oneTick([RLP.encode([1, new Uint8Array(length).fill(0xee)]), 1]);

/** `length` ticks, one after the other, without items. */
const manyTicks = (length: number): Packed =>
	pack(...listOf([RLP.encode([0, 0, []]), 1], [RLP.encode([1, 0, []]), length - 1]));

export function validManifests(): VectorFile {
	const tx = bytesOf("tx", 40);
	const item = [1, tx];
	const inputs: [string, Packed, ManifestFrame][] = [
		["one tick without items", rlp([[0, 0, []]]), FRAME],
		["one transaction", rlp([[0, 0, [item]]]), FRAME],
		["an empty transaction", rlp([[0, 0, [[1, ""]]]]), FRAME],
		["a transaction of one small byte", rlp([[0, 0, [[1, Uint8Array.of(0x7f)]]]]), FRAME],
		[
			"rollup 0 and the last rollup id",
			rlp([
				[
					0,
					0,
					[
						[0, tx],
						[U32, tx],
					],
				],
			]),
			FRAME,
		],
		["a bundle of one leg", rlp([[0, 0, [[item]]]]), FRAME],
		[
			"bundles among transactions",
			rlp([
				[
					0,
					0,
					[
						item,
						[item, [2, tx]],
						[2, tx],
						[
							[3, ""],
							[3, ""],
						],
					],
				],
			]),
			FRAME,
		],
		[
			"three ticks, a gap, l1Origins that rise",
			rlp([
				[0, 5, [item]],
				[1, 5, []],
				[7, 0, [item]],
			]),
			last(608),
		],
		[
			"lags down to l1Origin 0",
			rlp([
				[0, 200, []],
				[1, 0, []],
			]),
			last(601),
		],
		[
			"the largest delta and lag",
			rlp([
				[0, U32, []],
				[2 ** 40 - 1, 0, []],
			]),
			{ firstTick: 0, lastTick: 2 ** 40 - 1, l1Origin: U32 },
		],
		[`${MAX_TICKS} ticks`, manyTicks(MAX_TICKS), last(600 + MAX_TICKS - 1)],
		[`${MAX_LEGS} legs`, oneTick([EMPTY_LEGS(MAX_LEGS), 1]), FRAME],
		[`${MAX_ITEMS} transactions`, oneTick([EMPTY_TX, MAX_ITEMS]), FRAME],
		[`${MAX_ITEMS} legs`, oneTick([EMPTY_LEGS(50), MAX_ITEMS / 50]), FRAME],
		[`a transaction of ${MAX_TX_BYTES} bytes`, packRun(rawTxOf(MAX_TX_BYTES)), FRAME],
	];
	return {
		kind: "manifest",
		description: "M-3 to M-5: manifests, and what they say beside their header",
		cases: inputs.map(([name, manifest, frame]) => {
			const verdict = decodeManifest(unpack(manifest), frame);
			if (!verdict.ok)
				throw new MeridianError("halt", "vector-invalid", `the valid manifest "${name}" is ${verdict.reason}`);
			return { name, manifest, ...frameJson(frame), ...summary(verdict.value) };
		}),
	};
}

/** Packs runs of 0xee. */
function packRun(packed: Packed): Packed {
	const bytes = unpack(packed);
	const from = bytes.indexOf(0xee);
	return pack([bytes.subarray(0, from), 1], [Uint8Array.of(0xee), bytes.length - from]);
}

export function invalidManifests(): VectorFile {
	const inputs = [...malformedRlp(), ...wrongShapes(), ...overCaps(), ...wrongPlaces()];
	return {
		kind: "manifest",
		description:
			"M-3 to M-5: malformed RLP, wrong shapes, every cap passed by one, ticks and l1Origins that do not fit the header",
		cases: inputs.map(([name, manifest, reason, frame = FRAME]) => ({ name, manifest, ...frameJson(frame), reason })),
	};
}

type Invalid = [name: string, manifest: Packed, reason: string, frame?: ManifestFrame];

/** Around `c7 c6 80 80 c3 c2 01 02`: one tick with one transaction of one byte. */
function malformedRlp(): Invalid[] {
	const cases: [string, string][] = [
		["no bytes", ""],
		["a string instead of the manifest", "87c68080c3c20102"],
		["a single byte instead of the manifest", "00"],
		["a byte after the manifest", "c7c68080c3c2010200"],
		["a second manifest after the manifest", "c7c68080c3c20102c7c68080c3c20102"],
		["cut by one byte", "c7c68080c3c201"],
		["only a header", "c7"],
		["long form of a short list", "f807c68080c3c20102"],
		["length with a leading zero", "f90007c68080c3c20102"],
		["inner list longer than the outer", "c7c78080c3c20102"],
		["items list longer than the tick", "c7c68080c4c20102"],
		["long form of a short string", "c9c88080c5c401b80102"],
		["a small byte with a prefix", "c8c78080c4c3018102"],
		["a string longer than its list", "c7c68080c3c20183"],
		["a string length of eight bytes, all ones", "c9c88080bfffffffffffffffff"],
		["a list length of eight bytes, all ones", "ffffffffffffffffff"],
		["a list length of eight bytes, the last one alone", "ff0000000000000007c68080c3c20102"],
		["a length cut off", "f9ff"],
		["zero as a byte", "c7c60080c3c20102"],
		["an integer with a leading zero", "c9c882000180c3c20102"],
		["a rollup id with a leading zero", "c9c88080c5c482000102"],
		["a lag of zero as a byte", "c7c68000c3c20102"],
	];
	const run = (header: string, times: number): Packed =>
		pack([Buffer.from(header, "hex"), 1], [Uint8Array.of(0xc0), times]);
	const item = (header: string, length: number): Packed =>
		oneTick([concatBytes(Buffer.from(header, "hex"), new Uint8Array(length).fill(0xee)), 1]);
	return [
		...cases.map(([name, hex]): Invalid => [name, `0x${hex}`, "manifest-encoding"]),
		["long form of a string of 55 bytes", item("f83a01b837", 55), "manifest-encoding"],
		["long form of a list of 55 bytes", item("f83701b5", 53), "manifest-encoding"],
		["a string length of 56 with a leading zero", item("f83c01b90038", 56), "manifest-encoding"],
		["a list length of 59 with a leading zero", item("f9003b01b838", 56), "manifest-encoding"],
		["16 MiB of 0xc0", pack([Uint8Array.of(0xc0), 2 ** 24]), "manifest-encoding"],
		["a list of 16 MiB of 0xc0", run("fafffffc", 2 ** 24 - 4), "manifest-encoding"],
		["a tick of 16 MiB of 0xc0", run("fafffffcfafffff88080", 2 ** 24 - 10), "manifest-encoding"],
		["items of 16 MiB of 0xc0", run("fafffffcfafffff88080fafffff2", 2 ** 24 - 14), "manifest-encoding"],
		[
			"lists nested 16 MiB deep",
			pack([Uint8Array.of(0xfa, 0xff, 0xff, 0xfc), 1], [Uint8Array.of(0xc1), 2 ** 24 - 4]),
			"manifest-encoding",
		],
	];
}

function wrongShapes(): Invalid[] {
	const item = [1, Uint8Array.of(2)];
	const cases: [string, Input][] = [
		["a tick that is a string", [Uint8Array.of(1, 2, 3)]],
		["a tick of two elements", [[0, 0]]],
		["a tick of four elements", [[0, 0, [item], ""]]],
		["an empty tick", [[]]],
		["a list for tickDelta", [[[], 0, [item]]]],
		["a list for l1OriginLag", [[0, [], [item]]]],
		["a string for the items", [[0, 0, ""]]],
		["an item that is a string", [[0, 0, [Uint8Array.of(1, 2)]]]],
		["an empty item", [[0, 0, [[]]]]],
		["an item of one element", [[0, 0, [[1]]]]],
		["an item of three elements", [[0, 0, [[1, Uint8Array.of(2), ""]]]]],
		["a list for rawTx", [[0, 0, [[1, []]]]]],
		["a bundle with an empty leg", [[0, 0, [[[]]]]]],
		["a bundle with a leg of one element", [[0, 0, [[item, [1]]]]]],
		["a bundle with a leg of three elements", [[0, 0, [[[1, Uint8Array.of(2), ""]]]]]],
		["a bundle with a string among its legs", [[0, 0, [[item, Uint8Array.of(2)]]]]],
		["a bundle in a bundle", [[0, 0, [[[item]]]]]],
		[
			"tickDelta 2^40",
			[
				[0, 0, []],
				[2 ** 40, 0, []],
			],
		],
		[
			"tickDelta of nine bytes",
			[
				[0, 0, []],
				[2n ** 64n, 0, []],
			],
		],
		[
			"l1OriginLag 2^32",
			[
				[0, 2 ** 32, []],
				[1, 0, []],
			],
		],
		["rollup id 2^32", [[0, 0, [[2 ** 32, Uint8Array.of(2)]]]]],
		["rollup id of seven bytes", [[0, 0, [[2 ** 50, Uint8Array.of(2)]]]]],
	];
	return cases.map(([name, input]) => [name, rlp(input), "manifest-encoding"]);
}

function overCaps(): Invalid[] {
	return [
		["no ticks", "0xc0", "manifest-cap"],
		[`${MAX_TICKS + 1} ticks`, manyTicks(MAX_TICKS + 1), "manifest-cap", last(600 + MAX_TICKS)],
		[`${MAX_LEGS + 1} legs`, oneTick([EMPTY_LEGS(MAX_LEGS + 1), 1]), "manifest-cap"],
		[`${MAX_ITEMS + 1} transactions`, oneTick([EMPTY_TX, MAX_ITEMS + 1]), "manifest-cap"],
		[
			`${MAX_ITEMS + 1} legs in 2001 bundles`,
			oneTick([EMPTY_LEGS(50), MAX_ITEMS / 50], [EMPTY_LEGS(1), 1]),
			"manifest-cap",
		],
		[`${MAX_ITEMS + 1} transactions in two ticks`, twoTicks(), "manifest-cap", last(601)],
		[`a transaction of ${MAX_TX_BYTES + 1} bytes`, packRun(rawTxOf(MAX_TX_BYTES + 1)), "manifest-cap"],
	];
}

function twoTicks(): Packed {
	const half = MAX_ITEMS / 2;
	const tick = (delta: number, items: number) =>
		listOf([concatBytes(RLP.encode(delta), ZERO), 1], ...listOf([EMPTY_TX, items]));
	return pack(...listOf(...tick(0, half), ...tick(1, half + 1)));
}

function wrongPlaces(): Invalid[] {
	const ticks = (...pairs: [number, number][]): Packed => rlp(pairs.map(([delta, lag]) => [delta, lag, []]));
	return [
		["the first tickDelta is not 0", ticks([1, 0]), "tick-order", last(601)],
		["a later tickDelta is 0", ticks([0, 0], [0, 0]), "tick-order"],
		["a delta of 0 in the middle", ticks([0, 0], [1, 0], [0, 0]), "tick-order", last(601)],
		["fewer ticks than the header says", ticks([0, 0]), "tick-order", last(601)],
		["more ticks than the header says", ticks([0, 0], [1, 0], [1, 0]), "tick-order", last(601)],
		["ticks that pass lastTick", ticks([0, 0], [2, 0]), "tick-order", last(601)],
		["a lag that rises", ticks([0, 1], [1, 2], [1, 0]), "origin-order", last(602)],
		["a last lag that is not 0", ticks([0, 1], [1, 1]), "origin-order", last(601)],
		["an only lag that is not 0", ticks([0, 1]), "origin-order"],
		["an l1Origin below 0", ticks([0, 201], [1, 0]), "origin-order", last(601)],
	];
}

/** The smallest manifest there is, for vectors of what is around it. */
export const SMALL_MANIFEST = hexToBytes("0xc7c68080c3c20102");
