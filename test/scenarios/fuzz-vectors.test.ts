/** The committed vectors, whose results are those of src, through the reader written from the specification. */
import { expect } from "chai";
import { describe, it } from "mocha";
import { count, type Packed, unpack } from "../../scripts/vectors/format.ts";
import { blockOf, configOf } from "../../scripts/vectors/historyJson.ts";
import type { PublicationHeader } from "../../src/primitives/types.ts";
import { type VectorCase, vectorsOf } from "../helpers/vectors.ts";
import { decodeBlob, joinBlobs } from "../reference/blob.ts";
import { readData } from "../reference/data.ts";
import { bytesOf, genesisWord, itemHash, merkleRoot, subtreeRoots, tickHash } from "../reference/hashes.ts";
import { numberTicks, readManifest } from "../reference/manifest.ts";
import { createReader } from "../reference/reader.ts";

const isBroken = (value: readonly unknown[] | Buffer): value is string[] => typeof value[0] === "string";

const hexOf = (bytes: Uint8Array | null): string =>
	bytes === null ? "blob-encoding" : `0x${Buffer.from(bytes).toString("hex")}`;

/** What the bytes of a manifest say beside their header, or why they say nothing. */
function manifestOf(entry: VectorCase, manifest: Buffer): object | readonly string[] {
	const ticks = readManifest(manifest);
	if (isBroken(ticks)) return ticks;
	const header = {
		firstTick: entry.number("firstTick"),
		lastTick: entry.number("lastTick"),
		l1Origin: entry.number("l1Origin"),
	};
	const numbered = numberTicks(ticks, header as PublicationHeader);
	if (isBroken(numbered)) return numbered;
	const hashes = numbered.map((one) =>
		tickHash(
			one.tick,
			one.items.map((item) => itemHash(item)),
		),
	);
	return {
		tickCount: numbered.length,
		itemCount: numbered.reduce((sum, one) => sum + one.items.length, 0),
		ticksRoot: merkleRoot(hashes),
	};
}

function dataOf(entry: VectorCase): object | readonly string[] {
	const manifest = readData(Buffer.from(entry.bytes("data")), entry.number("codec"));
	return isBroken(manifest) ? manifest : manifestOf(entry, manifest);
}

const joined = (entry: VectorCase) => joinBlobs((entry.fields.blobs as readonly Packed[]).map(unpack));

const said = (entry: VectorCase) => ({
	tickCount: entry.number("tickCount"),
	itemCount: entry.number("itemCount"),
	ticksRoot: entry.hex("ticksRoot"),
});

/** D-1 to D-10, S-7: every block of a history. */
function checkHistory(entry: VectorCase): void {
	const reader = createReader(
		configOf(entry.fields.config as Parameters<typeof configOf>[0]),
		entry.hex("genesisHead"),
	);
	const blocks = (entry.fields.blocks as readonly Parameters<typeof blockOf>[0][]).map(blockOf);
	const expected = entry.fields.expected as readonly {
		readonly head: string;
		readonly stateHash: string;
		readonly publications: readonly { readonly verdict: string }[];
		readonly ticks: readonly { readonly tick: string; readonly kind: string; readonly orderRoot: string }[];
	}[];
	for (const [index, block] of blocks.entries()) {
		const read = reader.read(block);
		const want = expected[index] ?? expect.fail(`nothing expected of block ${block.number}`);
		expect([read.head, read.stateHash]).to.deep.equal([want.head, want.stateHash]);
		expect(read.publications).to.have.lengthOf(want.publications.length);
		for (const [i, { broken }] of read.publications.entries()) {
			expect(broken.length === 0 ? ["valid"] : broken).to.include(want.publications[i]?.verdict);
		}
		expect(read.ticks.map(({ tick, kind, orderRoot }) => ({ tick, kind, orderRoot }))).to.deep.equal(
			want.ticks.map(({ tick, kind, orderRoot }) => ({ tick: count(tick), kind, orderRoot })),
		);
	}
}

const VALID: Readonly<Record<string, (entry: VectorCase) => void>> = {
	txHash: (entry) => {
		const leg = { rollupId: entry.number("rollupId"), rawTx: Buffer.from(entry.bytes("rawTx")) };
		expect(itemHash({ bundle: false, legs: [leg] })).to.equal(entry.hex("hash"));
	},
	bundleHash: (entry) => {
		const rawTxs = entry.list("rawTxs").map(bytesOf);
		const ids = entry.list("rollupIds").map(count);
		const legs = ids.map((rollupId, i) => ({ rollupId, rawTx: rawTxs[i] ?? Buffer.alloc(0) }));
		expect(itemHash({ bundle: true, legs })).to.equal(entry.hex("hash"));
	},
	merkleRoot: (entry) => expect(merkleRoot(entry.list("elements"))).to.equal(entry.hex("root")),
	accumulator: (entry) => {
		const known = new Map();
		expect(merkleRoot(entry.list("orderRoots"), known)).to.equal(entry.hex("root"));
		expect(subtreeRoots(entry.list("orderRoots"), known)).to.deep.equal(entry.list("roots"));
	},
	genesisWord: (entry) => {
		const config = configOf(entry.fields.config as Parameters<typeof configOf>[0]);
		expect(genesisWord(entry.number("l1ChainId"), entry.hex("inbox"), config)).to.equal(entry.hex("ringWord"));
	},
	blob: (entry) => expect(hexOf(decodeBlob(entry.bytes("blob")))).to.equal(hexOf(entry.bytes("data"))),
	blobs: (entry) => expect(Buffer.from(entry.bytes("data"))).to.deep.equal(joined(entry)),
	manifest: (entry) => expect(manifestOf(entry, Buffer.from(entry.bytes("manifest")))).to.deep.equal(said(entry)),
	publicationData: (entry) => expect(dataOf(entry)).to.deep.equal(said(entry)),
	history: checkHistory,
};

const INVALID: Readonly<Record<string, (entry: VectorCase) => void>> = {
	blob: (entry) => expect(decodeBlob(entry.bytes("blob"))).to.equal(null),
	blobs: (entry) => expect(joined(entry)).to.include(entry.hex("reason")),
	manifest: (entry) =>
		expect(manifestOf(entry, Buffer.from(entry.bytes("manifest")))).to.include(entry.hex("reason") as never),
	publicationData: (entry) => expect(dataOf(entry)).to.include(entry.hex("reason") as never),
};

for (const [folder, checks] of [
	["valid", VALID],
	["invalid", INVALID],
] as const) {
	const sets = vectorsOf(folder);
	for (const [kind, check] of Object.entries(checks)) {
		const set = sets.find((one) => one.kind === kind);
		describe(`vectors/${folder}/${kind}.json through the second reader: ${set?.description}`, function () {
			this.timeout(60_000);
			for (const entry of set?.cases ?? []) it(entry.name, () => check(entry));
			it("has cases", () => expect(set?.cases.length ?? 0).to.be.greaterThan(0));
		});
	}
}
