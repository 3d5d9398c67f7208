/** The cursor beside @ethereumjs/rlp: what one accepts the other accepts, with the same content (trap 14). */
import { type Input, type NestedUint8Array, RLP } from "@ethereumjs/rlp";
import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { RlpCursor } from "../../../src/codec/rlpCursor.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import { anyBytes, anyMutation, holds } from "../../helpers/property.ts";

type Tree = string | Tree[];

/** The whole content, read with the cursor; null if it is malformed. */
function readAll(bytes: Uint8Array): Tree | null {
	const cursor = new RlpCursor(bytes);
	const tree = readOne(cursor, bytes.length);
	return cursor.at === bytes.length ? tree : null;
}

function readOne(cursor: RlpCursor, limit: number): Tree | null {
	if (!cursor.isListNext(limit)) {
		return cursor.string(limit) < 0 ? null : bytesToHex(cursor.bytes.subarray(cursor.start, cursor.end));
	}
	const end = cursor.list(limit);
	if (end < 0) return null;
	const list: Tree[] = [];
	while (cursor.at < end) {
		const element = readOne(cursor, end);
		if (element === null) return null;
		list.push(element);
	}
	return list;
}

function libraryReads(bytes: Uint8Array): Tree | null {
	const treeOf = (value: Uint8Array | NestedUint8Array): Tree =>
		value instanceof Uint8Array ? bytesToHex(value) : value.map(treeOf);
	try {
		return treeOf(RLP.decode(bytes) as Uint8Array | NestedUint8Array);
	} catch {
		return null;
	}
}

const { tree } = fc.letrec<{ tree: Input; list: Input }>((tie) => ({
	tree: fc.oneof(
		{ depthSize: "small" },
		anyBytes(3),
		anyBytes(70),
		fc.uint8Array({ minLength: 250, maxLength: 300 }),
		tie("list"),
	),
	list: fc.array(tie("tree"), { maxLength: 6 }),
}));

describe("RlpCursor", () => {
	it("reads what the library writes, as the library does", () => {
		holds(2_000, tree, (input) => {
			const bytes = RLP.encode(input);
			expect(readAll(bytes)).to.deep.equal(libraryReads(bytes)).and.not.equal(null);
		});
	});

	it("accepts and refuses the same mutated bytes as the library", () => {
		holds(6_000, fc.tuple(tree, anyMutation), ([input, mutate]) => {
			const bytes = mutate(RLP.encode(input));
			// The library takes no bytes for an empty string.
			if (bytes.length > 0) expect(readAll(bytes)).to.deep.equal(libraryReads(bytes));
		});
	});

	it("accepts and refuses the same random bytes as the library", () => {
		const header = fc.constantFrom(0x80, 0x81, 0xb7, 0xb8, 0xb9, 0xbf, 0xc0, 0xc1, 0xc8, 0xf7, 0xf8, 0xf9, 0xff);
		const bytes = fc.tuple(header, fc.array(fc.oneof(header, fc.nat(70)), { maxLength: 80 }));
		holds(6_000, bytes, ([first, rest]) => {
			const raw = Uint8Array.of(first, ...rest);
			expect(readAll(raw)).to.deep.equal(libraryReads(raw));
		});
	});

	it("accepts and refuses the same forms of length as the library, around 55 and 256", () => {
		for (const length of [0, 1, 54, 55, 56, 57, 255, 256, 257]) {
			for (const base of [0x80, 0xc0]) {
				const forms = [
					[base + length],
					[base + 56, length],
					[base + 57, length >> 8, length & 255],
					[base + 58, 0, length >> 8, length & 255],
				];
				for (const form of forms) {
					const bytes = Uint8Array.from([...form, ...new Uint8Array(length).fill(1)]);
					expect(readAll(bytes), `${form}`).to.deep.equal(libraryReads(bytes));
				}
			}
		}
	});

	it("never looks beyond its limit", () => {
		const bytes = RLP.encode([1, Uint8Array.of(1, 2, 3)]);
		for (let limit = 0; limit < bytes.length; limit++) expect(new RlpCursor(bytes).list(limit)).to.equal(-1);
		expect(new RlpCursor(bytes).list(bytes.length)).to.equal(bytes.length);
	});

	it("reads integers of at most six bytes, in their shortest form", () => {
		const read = (...bytes: number[]) => new RlpCursor(Uint8Array.from(bytes)).uint(bytes.length);
		expect(read(0x80)).to.equal(0);
		expect(read(0x7f)).to.equal(127);
		expect(read(0x81, 0x80)).to.equal(128);
		expect(read(0x86, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).to.equal(2 ** 48 - 1);
		expect(read(0x87, 1, 0, 0, 0, 0, 0, 0)).to.equal(-1);
		expect(read(0x00)).to.equal(-1);
		expect(read(0x82, 0x00, 0x80)).to.equal(-1);
		expect(read(0xc0)).to.equal(-1);
		expect(read()).to.equal(-1);
	});
});
