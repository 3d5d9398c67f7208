/** The hashes beside the same rules spelled with ethers, and a Merkle tree by its definition. */
import { expect } from "chai";
import { AbiCoder, concat, keccak256, solidityPacked, solidityPackedKeccak256, zeroPadValue } from "ethers";
import fc from "fast-check";
import { describe, it } from "mocha";
import { accumulatorRoot, appendRoot, EMPTY_ACCUMULATOR } from "../../../src/codec/accumulator.ts";
import { genesisWord, nextRingWord, packMeta, publicationHash, unpackMeta } from "../../../src/codec/header.ts";
import { itemHash } from "../../../src/codec/itemHash.ts";
import { merkleProof, merkleRoot, verifyMerkleProof } from "../../../src/codec/merkle.ts";
import { forcedHash, forcedRoot, itemsRoot, orderRoot, tickHash, ticksRoot } from "../../../src/codec/order.ts";
import { bytesToHex, hexToBytes, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import type { Hex, PublicationHeader } from "../../../src/primitives/types.ts";
import { bundle, CONFIG, leg, tx } from "../../helpers/derive/timeline.ts";
import { holds } from "../../helpers/property.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const hexOf = (length: number) =>
	fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => bytesToHex(bytes));

/** S-2, word for word. */
function treeRoot(elements: readonly Hex[]): string {
	if (elements.length === 0) return ZERO_HASH;
	if (elements.length === 1) return keccak256(concat(["0x00", elements[0] ?? "0x"]));
	const k = 2 ** (Math.ceil(Math.log2(elements.length)) - 1);
	return keccak256(concat(["0x01", treeRoot(elements.slice(0, k)), treeRoot(elements.slice(k))]));
}

describe("hashes", () => {
	it("S-1: items; a bundle of one leg is not a transaction", () => {
		const raw = keccak256("0x0405");
		expect(bytesToHex(itemHash(tx(7, 4, 5)))).to.equal(
			solidityPackedKeccak256(["uint8", "uint32", "bytes32"], [2, 7, raw]),
		);
		const two = solidityPackedKeccak256(
			["uint8", "uint32", "bytes32", "uint32", "bytes32"],
			[3, 7, raw, 2 ** 32 - 1, keccak256("0x")],
		);
		expect(bytesToHex(itemHash(bundle(leg(7, 4, 5), leg(2 ** 32 - 1))))).to.equal(two);
		expect(itemHash(bundle(leg(7, 4, 5)))).to.not.deep.equal(itemHash(tx(7, 4, 5)));
	});

	it("S-2: the tree of RFC 9162 for every count to 40", () => {
		for (let count = 0; count <= 40; count++) {
			const elements = Array.from({ length: count }, (_, index): Hex => `0x${index.toString(16).padStart(64, "a")}`);
			expect(bytesToHex(merkleRoot(elements.map(hexToBytes))), `${count} elements`).to.equal(treeRoot(elements));
		}
	});

	it("S-2: a proof shows its element at its index of its count, and nothing else", () => {
		const cases = fc.tuple(fc.array(bytes32, { minLength: 1, maxLength: 40 }), fc.nat(), fc.nat(50), fc.nat(50));
		holds(600, cases, ([elements, at, otherIndex, otherCount]) => {
			const index = at % elements.length;
			const element = elements[index] ?? new Uint8Array();
			const proof = merkleProof(elements, index);
			const root = merkleRoot(elements);
			expect(verifyMerkleProof(root, element, { index, count: elements.length }, proof)).to.equal(true);
			if (otherIndex !== index) {
				const moved = verifyMerkleProof(root, element, { index: otherIndex, count: elements.length }, proof);
				expect(moved && Buffer.compare(elements[otherIndex] ?? new Uint8Array(), element) !== 0).to.equal(false);
			}
			if (proof.length > 0) {
				expect(verifyMerkleProof(root, element, { index, count: elements.length }, proof.slice(1))).to.equal(false);
				expect(verifyMerkleProof(root, element, { index, count: elements.length }, [...proof, root])).to.equal(false);
			}
			if (otherCount <= index)
				expect(verifyMerkleProof(root, element, { index, count: otherCount }, proof)).to.equal(false);
		});
	});

	it("S-3 to S-5: ticks, forced entries and the order root", () => {
		const items = [tx(1, 1), bundle(leg(1, 2), leg(2, 3))];
		const itemsHex = treeRoot(items.map((item) => bytesToHex(itemHash(item))));
		expect(bytesToHex(itemsRoot(items).root)).to.equal(itemsHex);
		const tick = solidityPackedKeccak256(["uint8", "uint64", "uint32", "bytes32"], [4, 99, 2, itemsHex]);
		expect(bytesToHex(tickHash(99, itemsRoot(items)))).to.equal(tick);
		expect(bytesToHex(ticksRoot([hexToBytes(tick)]))).to.equal(treeRoot([tick as Hex]));
		const entry = solidityPackedKeccak256(["uint8", "uint32", "uint64", "bytes32"], [5, 3, 2 ** 40, itemsHex]);
		expect(bytesToHex(forcedHash(3, 2 ** 40, hexToBytes(itemsHex)))).to.equal(entry);
		const forced = forcedRoot([hexToBytes(entry)]);
		const order = [6, 99, 1, treeRoot([entry as Hex]), 2, itemsHex];
		expect(bytesToHex(orderRoot(99, forced, itemsRoot(items)))).to.equal(
			solidityPackedKeccak256(["uint8", "uint64", "uint32", "bytes32", "uint32", "bytes32"], order),
		);
	});

	it("S-6: the accumulator's root is that of the whole list", () => {
		holds(100, fc.array(bytes32, { maxLength: 70 }), (roots) => {
			const accumulator = roots.reduce(appendRoot, EMPTY_ACCUMULATOR);
			expect(accumulatorRoot(accumulator)).to.equal(bytesToHex(merkleRoot(roots)));
			expect(accumulator.count).to.equal(roots.length);
			expect(accumulator.roots.length).to.equal(roots.length.toString(2).replaceAll("0", "").length);
		});
	});

	it("H-1: the meta word and back", () => {
		const meta = fc.record({
			coinbase: hexOf(20),
			firstTick: fc.nat(2 ** 31 - 1).map((tick) => tick * 500),
			lastTick: fc.nat(65_535),
			l1Origin: fc.nat(2 ** 31 - 1),
			codec: fc.nat(15),
			blobs: fc.nat(15),
		});
		holds(300, meta, (fields) => {
			const whole = { ...fields, lastTick: fields.firstTick + fields.lastTick };
			const { blobs, codec, coinbase, firstTick, l1Origin } = whole;
			const packed = solidityPacked(
				["address", "uint40", "uint16", "uint32", "uint8"],
				[coinbase, firstTick, fields.lastTick, l1Origin, codec * 16 + blobs],
			);
			expect(packMeta(whole)).to.equal(packed);
			expect(unpackMeta(packMeta(whole))).to.deep.equal(whole);
		});
	});

	it("H-2, H-3: the publication hash and the ring word after it", () => {
		const header: PublicationHeader = {
			parent: `0x00000007${"00".repeat(5)}${"ee".repeat(23)}`,
			coinbase: `0x${"11".repeat(20)}`,
			firstTick: 600,
			lastTick: 605,
			l1Origin: 9,
			l1OriginHash: `0x${"22".repeat(32)}`,
			codec: 1,
			blobs: 2,
			ticksRoot: `0x${"33".repeat(32)}`,
		};
		const publisher: Hex = `0x${"44".repeat(20)}`;
		const types = ["bytes32", "bytes32", "bytes32", "bytes32", "uint256", "uint128", "uint128"];
		const values = [
			header.parent,
			packMeta(header),
			header.ticksRoot,
			header.l1OriginHash,
			BigInt(publisher),
			77,
			1_234,
		];
		const block = { number: 77, timestamp: 1_234 };
		const versionedHashes: Hex[] = [`0x01${"55".repeat(31)}`, `0x01${"66".repeat(31)}`];
		const blobs = solidityPackedKeccak256([...types, "bytes32", "bytes32"], [...values, ...versionedHashes]);
		expect(publicationHash(header, publisher, block, { versionedHashes })).to.equal(blobs);
		const data = solidityPackedKeccak256([...types, "bytes32"], [...values, keccak256("0x0102")]);
		expect(publicationHash(header, publisher, block, { data: Uint8Array.of(1, 2) })).to.equal(data);
		const word = solidityPacked(["uint32", "uint40", "bytes23"], [8, 605, blobs.slice(0, 48)]);
		expect(nextRingWord(header, blobs as Hex)).to.equal(word);
		const last = { ...header, parent: `0xffffffff${header.parent.slice(10)}` } as const;
		expect(nextRingWord(last, blobs as Hex).slice(0, 10), "ids wrap").to.equal("0x00000000");
	});

	it("H-4: the genesis word", () => {
		const inbox: Hex = `0x${"77".repeat(20)}`;
		const config = AbiCoder.defaultAbiCoder().encode(
			["tuple(uint64,uint64,uint64,uint32,uint32,uint32,uint32,uint32,uint32,uint64)"],
			[Object.values(CONFIG)],
		);
		const hash = keccak256(concat([zeroPadValue("0x7a69", 32), zeroPadValue(inbox, 32), config]));
		expect(genesisWord(31_337, inbox, CONFIG)).to.equal(`0x${"00".repeat(9)}${hash.slice(2, 48)}`);
	});
});
