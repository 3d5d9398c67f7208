/** Every vector of the codec through TypeScript; those of the order layer run in test/unit/derive, those of bundles in test/scenarios/bundle-vectors.test.ts. */
import { expect } from "chai";
import { describe, it } from "mocha";
import { count, type Packed, quantity, unpack } from "../../../scripts/vectors/format.ts";
import { summary } from "../../../scripts/vectors/manifests.ts";
import { staleVectors } from "../../../scripts/vectors.ts";
import { accumulatorRoot, appendRoot, EMPTY_ACCUMULATOR } from "../../../src/codec/accumulator.ts";
import { decodeBlob, encodeBlob, encodeBlobs, joinBlobs } from "../../../src/codec/blob.ts";
import { commitmentDigest, domainSeparator, recoverSigner } from "../../../src/codec/commitment.ts";
import {
	genesisWord,
	nextRingWord,
	packMeta,
	packRingWord,
	publicationHash,
	unpackMeta,
	unpackRingWord,
} from "../../../src/codec/header.ts";
import { bundleHash, txHash } from "../../../src/codec/itemHash.ts";
import { decodeManifest, encodeManifest } from "../../../src/codec/manifest.ts";
import { merkleProof, merkleRoot, verifyMerkleProof } from "../../../src/codec/merkle.ts";
import { forcedHash, orderRoot, tickHash } from "../../../src/codec/order.ts";
import { decodePublicationData } from "../../../src/codec/publicationData.ts";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import { createPromiseSigner } from "../../../src/sequencer/preconf/signer.ts";
import { type VectorCase, vectorsOf } from "../../helpers/vectors.ts";

type Check = (entry: VectorCase) => void;

const metaOf = (entry: VectorCase) => ({
	coinbase: entry.hex("coinbase"),
	firstTick: entry.number("firstTick"),
	lastTick: entry.number("lastTick"),
	l1Origin: entry.number("l1Origin"),
	codec: entry.number("codec"),
	blobs: entry.number("blobs"),
});

const frameOf = (entry: VectorCase) => ({
	firstTick: entry.number("firstTick"),
	lastTick: entry.number("lastTick"),
	l1Origin: entry.number("l1Origin"),
});

/** Expected fields of a manifest, those that the case gives. */
const summaryOf = ({ fields }: VectorCase) => {
	const { itemCount, tickCount, ticks, ticksRoot } = fields;
	return ticks === undefined ? { tickCount, itemCount, ticksRoot } : { tickCount, itemCount, ticksRoot, ticks };
};

const proofArguments = (entry: VectorCase) =>
	[
		entry.bytes("root"),
		entry.bytes("element"),
		{ index: entry.number("index"), count: entry.number("count") },
		entry.list("proof").map(hexToBytes),
	] as const;

const digestOf = (entry: VectorCase) =>
	commitmentDigest(domainSeparator({ chainId: entry.number("chainId"), slasher: entry.hex("slasher") }), {
		timeline: entry.hex("timeline"),
		tick: entry.number("tick"),
		index: entry.number("index"),
		itemHash: entry.hex("itemHash"),
	});

const blobsOf = (entry: VectorCase) => (entry.fields.blobs as readonly Packed[]).map(unpack);

const VALID: Record<string, Check> = {
	txHash: (entry) => {
		expect(bytesToHex(txHash(entry.number("rollupId"), entry.bytes("rawTx")))).to.equal(entry.hex("hash"));
	},
	bundleHash: (entry) => {
		const rawTxs = entry.list("rawTxs").map(hexToBytes);
		const legs = entry
			.list("rollupIds")
			.map((id, index) => ({ rollupId: count(id), rawTx: rawTxs[index] ?? new Uint8Array() }));
		expect(bytesToHex(bundleHash(legs))).to.equal(entry.hex("hash"));
	},
	tickHash: (entry) => {
		const items = { count: entry.number("itemCount"), root: entry.bytes("itemsRoot") };
		expect(bytesToHex(tickHash(entry.number("tick"), items))).to.equal(entry.hex("hash"));
	},
	forcedHash: (entry) => {
		const hash = forcedHash(entry.number("cluster"), entry.number("index"), entry.bytes("itemHash"));
		expect(bytesToHex(hash)).to.equal(entry.hex("hash"));
	},
	orderRoot: (entry) => {
		const forced = { count: entry.number("forcedCount"), root: entry.bytes("forcedRoot") };
		const items = { count: entry.number("itemCount"), root: entry.bytes("itemsRoot") };
		expect(bytesToHex(orderRoot(entry.number("tick"), forced, items))).to.equal(entry.hex("root"));
	},
	merkleRoot: (entry) => {
		expect(bytesToHex(merkleRoot(entry.list("elements").map(hexToBytes)))).to.equal(entry.hex("root"));
	},
	merkleProof: (entry) => {
		expect(verifyMerkleProof(...proofArguments(entry))).to.equal(true);
	},
	accumulator: (entry) => {
		const accumulator = entry.list("orderRoots").map(hexToBytes).reduce(appendRoot, EMPTY_ACCUMULATOR);
		expect(accumulator).to.deep.equal({ count: entry.number("count"), roots: entry.list("roots") });
		expect(accumulatorRoot(accumulator)).to.equal(entry.hex("root"));
	},
	headerMeta: (entry) => {
		expect(packMeta(metaOf(entry))).to.equal(entry.hex("meta"));
		expect(unpackMeta(entry.hex("meta"))).to.deep.equal(metaOf(entry));
	},
	ringWord: (entry) => {
		const word = packRingWord(entry.number("id"), entry.number("lastTick"), entry.hex("publicationHash"));
		expect(word).to.equal(entry.hex("ringWord"));
		const digest = entry.hex("publicationHash").slice(0, 48);
		expect(unpackRingWord(word)).to.deep.equal({ id: entry.number("id"), lastTick: entry.number("lastTick"), digest });
	},
	publicationHash: (entry) => {
		const header = {
			...unpackMeta(entry.hex("meta")),
			parent: entry.hex("parent"),
			ticksRoot: entry.hex("ticksRoot"),
			l1OriginHash: entry.hex("l1OriginHash"),
		};
		const block = { number: entry.number("blockNumber"), timestamp: entry.number("timestamp") };
		const payload =
			"data" in entry.fields ? { data: entry.bytes("data") } : { versionedHashes: entry.list("versionedHashes") };
		const hash = publicationHash(header, entry.hex("publisher"), block, payload);
		expect(hash).to.equal(entry.hex("hash"));
		expect(nextRingWord(header, hash)).to.equal(entry.hex("ringWord"));
	},
	genesisWord: (entry) => {
		const fields = entry.fields.config as Record<string, string>;
		const numbers = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, count(value)]));
		const config = { ...numbers, clusterGasPerSlot: BigInt(fields.clusterGasPerSlot ?? 0) } as Parameters<
			typeof genesisWord
		>[2];
		expect(genesisWord(entry.number("l1ChainId"), entry.hex("inbox"), config)).to.equal(entry.hex("ringWord"));
	},
	blob: (entry) => {
		const [data, blob] = [entry.bytes("data"), entry.bytes("blob")];
		expect(Buffer.compare(encodeBlob(data), blob)).to.equal(0);
		const decoded = decodeBlob(blob);
		expect(decoded.ok && Buffer.compare(decoded.value, data)).to.equal(0);
	},
	blobs: (entry) => {
		const blobs = blobsOf(entry);
		const joined = joinBlobs(blobs);
		expect(joined.ok && Buffer.compare(joined.value, entry.bytes("data"))).to.equal(0);
		expect(encodeBlobs(entry.bytes("data"))).to.deep.equal(blobs);
	},
	manifest: (entry) => {
		const manifest = entry.bytes("manifest");
		const decoded = decodeManifest(manifest, frameOf(entry));
		if (!decoded.ok) expect.fail(decoded.reason);
		expect(summary(decoded.value)).to.deep.equal(summaryOf(entry));
		expect(Buffer.compare(encodeManifest(decoded.value), manifest)).to.equal(0);
	},
	publicationData: (entry) => {
		const decoded = decodePublicationData(entry.bytes("data"), { ...frameOf(entry), codec: entry.number("codec") });
		if (!decoded.ok) expect.fail(decoded.reason);
		expect(summary(decoded.value)).to.deep.equal(summaryOf(entry));
	},
	commitments: (entry) => {
		const digest = digestOf(entry);
		expect(bytesToHex(digest)).to.equal(entry.hex("digest"));
		expect(recoverSigner(digest, hexToBytes(entry.hex("signature")))).to.equal(entry.hex("signer"));
		const signer = createPromiseSigner(entry.hex("key"));
		expect([signer.address, signer.sign(digest)]).to.deep.equal([entry.hex("signer"), entry.hex("signature")]);
	},
};

const INVALID: Record<string, Check> = {
	merkleProof: (entry) => {
		expect(verifyMerkleProof(...proofArguments(entry))).to.equal(false);
	},
	blob: (entry) => {
		expect(decodeBlob(entry.bytes("blob"))).to.deep.equal({ ok: false, reason: entry.fields.reason });
	},
	blobs: (entry) => {
		expect(joinBlobs(blobsOf(entry))).to.deep.equal({ ok: false, reason: entry.fields.reason });
	},
	manifest: (entry) => {
		const decoded = decodeManifest(entry.bytes("manifest"), frameOf(entry));
		expect(decoded).to.deep.equal({ ok: false, reason: entry.fields.reason });
	},
	publicationData: (entry) => {
		const frame = { ...frameOf(entry), codec: entry.number("codec") };
		expect(decodePublicationData(entry.bytes("data"), frame)).to.deep.equal({ ok: false, reason: entry.fields.reason });
	},
	commitments: (entry) => {
		expect(recoverSigner(digestOf(entry), hexToBytes(entry.hex("signature")))).not.to.equal(entry.hex("signer"));
	},
};

/** Kinds that another test runs. */
const ELSEWHERE = ["history", "stateHash", "bundles"];

for (const [folder, checks] of [
	["valid", VALID],
	["invalid", INVALID],
] as const) {
	describe(`vectors/${folder} (traps 5, 11, 14)`, () => {
		for (const { cases, description, kind } of vectorsOf(folder)) {
			if (ELSEWHERE.includes(kind)) continue;
			describe(`${kind}: ${description}`, () => {
				const check = checks[kind];
				it("is a kind this test knows, with cases", () => {
					expect(check).to.be.a("function");
					expect(cases).to.not.be.empty;
				});
				for (const entry of cases) it(entry.name, () => check?.(entry));
			});
		}
	});
}

describe("vectors", () => {
	it("are what scripts/vectors.ts writes", async () => {
		expect(await staleVectors()).to.deep.equal([]);
	});

	it("cover proofs of every element", () => {
		for (let length = 1; length <= 33; length++) {
			const elements = Array.from({ length }, (_, index) => hexToBytes(`0x${index.toString(16).padStart(64, "0")}`));
			const root = merkleRoot(elements);
			for (const [index, element] of elements.entries()) {
				const proof = merkleProof(elements, index);
				expect(verifyMerkleProof(root, element, { index, count: length }, proof), quantity(index)).to.equal(true);
			}
		}
	});
});
