/** The shared vectors through the contracts' own hash functions. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ethers } from "ethers";
import { network } from "hardhat";
import { before, describe, it } from "mocha";
import { DEVELOPMENT_KEY } from "../../bench/anvil.ts";
import { type OrderHashHarness, OrderHashHarness__factory } from "../../typechain-types/index.ts";
import type { IInbox } from "../../typechain-types/interfaces/IInbox.ts";

type Packed = string | readonly (readonly [string, string])[];

/** The fields of all kinds; vectors/README.md says which kind has which. */
interface Vector extends Readonly<Record<TextField, string>> {
	readonly rawTx: Packed;
	readonly rollupIds: readonly string[];
	readonly rawTxs: readonly Packed[];
	readonly elements: string[];
	readonly proof: string[];
	readonly config: Readonly<Record<keyof IInbox.TimelineConfigStruct, string>>;
	readonly data?: Packed;
	readonly versionedHashes: readonly string[];
}

type TextField =
	| "name"
	| "hash"
	| "root"
	| "rollupId"
	| "tick"
	| "itemCount"
	| "itemsRoot"
	| "cluster"
	| "index"
	| "itemHash"
	| "forcedCount"
	| "forcedRoot"
	| "element"
	| "count"
	| "meta"
	| "coinbase"
	| "firstTick"
	| "lastTick"
	| "l1Origin"
	| "codec"
	| "blobs"
	| "id"
	| "publicationHash"
	| "ringWord"
	| "parent"
	| "ticksRoot"
	| "l1OriginHash"
	| "publisher"
	| "blockNumber"
	| "timestamp"
	| "l1ChainId"
	| "inbox"
	| "chainId"
	| "slasher"
	| "timeline"
	| "digest"
	| "signature"
	| "signer";

function load(folder: "valid" | "invalid", kind: string): readonly Vector[] {
	const path = new URL(`../../vectors/${folder}/${kind}.json`, import.meta.url);
	return JSON.parse(readFileSync(path, "utf8")).cases;
}

/** vectors/README.md: long bytes may be a list of pieces and how often each is repeated. */
function bytes(packed: Packed): string {
	if (typeof packed === "string") return packed;
	return ethers.concat(packed.flatMap(([piece, times]) => Array<string>(Number(times)).fill(piece)));
}

describe("the contracts' hashes on the shared vectors", () => {
	let harness: OrderHashHarness;

	before(async () => {
		const { provider } = await network.create();
		const signer = new ethers.Wallet(DEVELOPMENT_KEY, new ethers.BrowserProvider(provider));
		harness = await new OrderHashHarness__factory(signer).deploy();
	});

	const check = (kind: string, run: (vector: Vector) => Promise<void>): void => {
		it(`${kind}: every vector`, async () => {
			const vectors = load("valid", kind);
			expect(vectors).not.to.have.lengthOf(0);
			for (const vector of vectors) await run(vector);
		});
	};

	check("txHash", async ({ name, rollupId, rawTx, hash }) => {
		expect(await harness.txHash(rollupId, bytes(rawTx)), name).to.equal(hash);
	});

	check("bundleHash", async ({ name, rollupIds, rawTxs, hash }) => {
		const legs = rollupIds.map((rollupId, index) => ({
			rollupId,
			gas: 0,
			rawTx: bytes(rawTxs[index] ?? ""),
		}));
		expect(await harness.bundleHash(legs), name).to.equal(hash);
	});

	check("tickHash", async ({ name, tick, itemCount, itemsRoot, hash }) => {
		expect(await harness.tickHash(tick, itemCount, itemsRoot), name).to.equal(hash);
	});

	check("forcedHash", async ({ name, cluster, index, itemHash, hash }) => {
		expect(await harness.forcedHash(cluster, index, itemHash), name).to.equal(hash);
	});

	check("orderRoot", async ({ name, tick, forcedCount, forcedRoot, itemCount, itemsRoot, root }) => {
		expect(await harness.orderRoot(tick, forcedCount, forcedRoot, itemCount, itemsRoot), name).to.equal(root);
	});

	check("merkleRoot", async ({ name, elements, root }) => {
		expect(await harness.merkleRoot(elements), name).to.equal(root);
	});

	check("merkleProof", async ({ name, root, element, index, count, proof }) => {
		expect(await harness.includes(root, element, index, count, proof), name).to.equal(true);
	});

	it("merkleProof: no invalid vector is taken (trap 21)", async () => {
		const vectors = load("invalid", "merkleProof");
		expect(vectors).not.to.have.lengthOf(0);
		for (const { name, root, element, index, count, proof } of vectors)
			expect(await harness.includes(root, element, index, count, proof), name).to.equal(false);
	});

	check("headerMeta", async ({ name, meta, coinbase, firstTick, lastTick, l1Origin, codec, blobs }) => {
		const fields = await harness.unpackMeta(meta);
		const expected = [ethers.getAddress(coinbase), ...[firstTick, lastTick, l1Origin, codec, blobs].map(BigInt)];
		expect(fields, name).to.deep.equal(expected);
	});

	check("ringWord", async ({ name, id, lastTick, publicationHash, ringWord }) => {
		expect(await harness.packRingWord(id, lastTick, publicationHash), name).to.equal(ringWord);
		const digest = ethers.dataSlice(publicationHash, 0, 23);
		expect(await harness.unpackRingWord(ringWord), name).to.deep.equal([BigInt(id), BigInt(lastTick), digest]);
	});

	check("publicationHash", async (vector) => {
		const { name, parent, meta, ticksRoot, l1OriginHash, publisher, blockNumber, timestamp, hash } = vector;
		const header = ethers.AbiCoder.defaultAbiCoder().encode(
			["bytes32", "uint256", "bytes32", "bytes32", "address"],
			[parent, meta, ticksRoot, l1OriginHash, publisher],
		);
		const payload =
			vector.data === undefined ? ethers.concat(vector.versionedHashes) : ethers.keccak256(bytes(vector.data));
		expect(await harness.publicationHash(header, blockNumber, timestamp, payload), name).to.equal(hash);
	});

	check("commitments", async ({ name, chainId, slasher, timeline, tick, index, itemHash, ...vector }) => {
		const digest = await harness.commitmentDigest(chainId, slasher, timeline, tick, index, itemHash);
		expect(digest, name).to.equal(vector.digest);
		expect(await harness.recover(digest, vector.signature), name).to.equal(ethers.getAddress(vector.signer));
	});

	it("commitments: no invalid vector is its signer's (trap 28)", async () => {
		const vectors = load("invalid", "commitments");
		expect(vectors).not.to.have.lengthOf(0);
		for (const { name, digest, signature, signer } of vectors) {
			const recovered = await harness.recover(digest, signature).catch(() => ethers.ZeroAddress);
			expect(recovered, name).not.to.equal(ethers.getAddress(signer));
		}
	});

	check("genesisWord", async ({ name, l1ChainId, inbox, config, ringWord }) => {
		expect(await harness.genesisWord(l1ChainId, inbox, config), name).to.equal(ringWord);
	});
});
