/** Writes a publication's data (section 4), right or wrong on purpose. */
import { brotliCompressSync, constants } from "node:zlib";
import type { ManifestTick } from "../reference/types.ts";
import type { Random } from "./random.ts";
import { integer, type Tree, writeFlawedRlp, writeRlp } from "./rlpWriter.ts";

const compress = (random: Random, bytes: Buffer): Buffer =>
	brotliCompressSync(bytes, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: random.below(3),
			[constants.BROTLI_PARAM_LGWIN]: random.between(10, 14),
		},
	});

export function manifestTree(ticks: readonly ManifestTick[]): Tree[] {
	return ticks.map(({ delta, lag, items }) => [
		integer(delta),
		integer(lag),
		items.map(({ bundle, legs }) => {
			const trees = legs.map((leg): Tree => [integer(leg.rollupId), leg.rawTx]);
			return bundle ? trees : (trees[0] ?? []);
		}),
	]);
}

export function frame(manifestLength: number, compressed: Buffer, version = 1, codec = 1): Buffer {
	const header = Buffer.alloc(6);
	header.writeUInt8(version, 0);
	header.writeUInt8(codec, 1);
	header.writeUInt32BE(manifestLength, 2);
	return Buffer.concat([header, compressed]);
}

export function writeData(random: Random, ticks: readonly ManifestTick[]): Buffer {
	const manifest = writeRlp(manifestTree(ticks));
	return frame(manifest.length, compress(random, manifest));
}

const flipBit = (random: Random, bytes: Buffer): Buffer => {
	const out = Buffer.from(bytes);
	const at = random.below(out.length);
	if (out.length > 0) out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
	return out;
};

/** A random list of the tree, the tree itself included. */
function someList(random: Random, tree: Tree[]): Tree[] {
	const lists = tree.filter((child): child is Tree[] => Array.isArray(child));
	const child = random.some(lists);
	return child === undefined || random.chance(0.25) ? tree : someList(random, child);
}

/** A manifest of the wrong shape, canonically written. Most mutations break M-3, a few only the ticks root. */
function misshape(random: Random, tree: Tree[]): Buffer {
	const list = someList(random, tree);
	const at = random.below(list.length + 1);
	const mutations: readonly [() => unknown, ...(() => unknown)[]] = [
		() => list.splice(at, 1),
		() => list.splice(at, 0, Buffer.alloc(0)),
		() => list.splice(at, 0, []),
		() => list.splice(at, 1, [list[at] ?? []]),
		() => list.splice(at, 1, integer(random.pick([2 ** 32 - 1, 2 ** 32, 2 ** 40 - 1, 2 ** 40, 2 ** 48]))),
		() => list.splice(at, 1, random.bytes(random.below(40))),
		() => list.splice(at, 0, list[at] ?? []),
		() => list.splice(0, list.length),
	];
	random.pick(mutations)();
	return writeRlp(tree);
}

function flawedManifest(random: Random, ticks: readonly ManifestTick[]): Buffer {
	const tree = manifestTree(ticks);
	const mutations: readonly [() => Buffer, ...(() => Buffer)[]] = [
		() => writeFlawedRlp(random, tree),
		() => writeFlawedRlp(random, tree),
		() => misshape(random, tree),
		() => misshape(random, tree),
		() => flipBit(random, writeRlp(tree)),
		() => Buffer.concat([writeRlp(tree), random.bytes(random.between(1, 3))]),
		() => writeRlp(tree).subarray(0, -1),
		() => random.bytes(random.below(60)),
		() => writeRlp([tree]),
		() => Buffer.alloc(random.between(1, 3_000), random.pick([0x80, 0xc0, 0xc1, 0xf8])),
	];
	return random.pick(mutations)();
}

/** M-2: data whose manifest is 64 times as long as what follows the header, or a byte off; and the ticks it then says. */
export function writeDataAtRatioEdge(
	random: Random,
	ticks: readonly ManifestTick[],
): { data: Buffer; ticks: ManifestTick[] } {
	const padded = (padding: number): ManifestTick[] => {
		const pad = { bundle: false, legs: [{ rollupId: 1, rawTx: Buffer.alloc(padding) }] };
		return ticks.map((tick, i) => (i === 0 ? { ...tick, items: [pad] } : tick));
	};
	const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 16 } };
	const first = writeRlp(manifestTree(padded(4_000)));
	const wanted = 64 * brotliCompressSync(first, quality).length + random.between(-1, 1);
	const said = padded(Math.max(0, 4_000 + wanted - first.length));
	const manifest = writeRlp(manifestTree(said));
	return { data: frame(manifest.length, brotliCompressSync(manifest, quality)), ticks: said };
}

/** The data with one thing wrong, at any layer. `ticks` is what it would have said. */
export function writeFlawedData(random: Random, ticks: readonly ManifestTick[]): Buffer {
	const manifest = writeRlp(manifestTree(ticks));
	const good = (): Buffer => frame(manifest.length, compress(random, manifest));
	const zeros = Buffer.alloc(random.between(200, 20_000));
	const flaws: readonly [() => Buffer, ...(() => Buffer)[]] = [
		() => random.bytes(random.below(200)),
		() => Buffer.alloc(random.below(9)),
		() => good().subarray(0, random.below(good().length)),
		() => Buffer.concat([good(), random.bytes(random.between(1, 4))]),
		() => Buffer.concat([good(), compress(random, Buffer.alloc(1))]),
		() => flipBit(random, good()),
		() => flipBit(random, good()),
		() => frame(manifest.length, compress(random, manifest), random.pick([0, 2, 255])),
		() => frame(manifest.length, compress(random, manifest), 1, random.pick([0, 2, 15, 16, 255])),
		() => frame(manifest.length + random.pick([-1, 1, -manifest.length]), compress(random, manifest)),
		() => frame(random.pick([16_777_216, 16_777_217, 2 ** 32 - 1]), compress(random, manifest)),
		() => frame(zeros.length, compress(random, zeros)),
		() => frame(random.between(1, 64), compress(random, zeros)),
		() => frame(1, Buffer.alloc(0)),
		() => frame(manifest.length, random.bytes(random.between(1, 80))),
	];
	if (random.chance(0.5)) return random.pick(flaws)();
	const flawed = flawedManifest(random, ticks);
	return frame(flawed.length, compress(random, flawed));
}
