import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { decodeBlob, encodeBlob, encodeBlobs, joinBlobs } from "../../../src/codec/blob.ts";
import { BLOB_BYTES, BLOB_USABLE_BYTES } from "../../../src/primitives/limits.ts";
import { anyBytes, codeOf, holds } from "../../helpers/property.ts";

const sizes = fc.oneof(fc.nat(300), fc.integer({ min: BLOB_USABLE_BYTES - 130, max: BLOB_USABLE_BYTES }));

/** Bytes of a length, from a short random seed. */
const dataOf = fc
	.tuple(sizes, fc.uint8Array({ minLength: 7, maxLength: 7 }))
	.map(([length, seed]) => new Uint8Array(length).map((_, index) => ((seed[index % 7] ?? 0) * (index + 1)) & 0xff));

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe("blob encoding", () => {
	it("B-1: gives back what was put in, at every length up to three rounds", () => {
		for (let length = 0; length <= 3 * 128; length++) {
			const data = new Uint8Array(length).map((_, index) => 255 - (index % 251));
			const decoded = decodeBlob(encodeBlob(data));
			expect(decoded.ok && sameBytes(decoded.value, data), `${length} bytes`).to.equal(true);
		}
	});

	it("B-1: gives back what was put in, up to a full blob", () => {
		holds(60, dataOf, (data) => {
			const decoded = decodeBlob(encodeBlob(data));
			expect(decoded.ok && sameBytes(decoded.value, data)).to.equal(true);
		});
	});

	it("B-2: has one spelling: what decodes encodes to itself, whichever bit is flipped", () => {
		holds(150, fc.tuple(dataOf, fc.nat(BLOB_BYTES - 1), fc.nat(7)), ([data, at, bit]) => {
			const blob = encodeBlob(data);
			blob[at] = (blob[at] ?? 0) ^ (1 << bit);
			const decoded = decodeBlob(blob);
			if (decoded.ok) expect(sameBytes(encodeBlob(decoded.value), blob)).to.equal(true);
			else expect(decoded.reason).to.equal("blob-encoding");
		});
	});

	it("B-2, traps 9 and 11: any bytes give a verdict", () => {
		const tiled = fc.tuple(anyBytes(64), fc.nat(255)).map(([seed, high]) => {
			const blob = new Uint8Array(BLOB_BYTES).map((_, index) => seed[index % 64] ?? 0);
			blob[0] = high;
			return blob;
		});
		holds(60, fc.oneof(anyBytes(200), tiled), (blob) => {
			expect(decodeBlob(blob)).to.have.property("ok");
			expect(joinBlobs([blob])).to.have.property("ok");
		});
	});

	it("B-3: joins what it splits, over one to six blobs", () => {
		for (const length of [
			1,
			BLOB_USABLE_BYTES,
			BLOB_USABLE_BYTES + 1,
			5 * BLOB_USABLE_BYTES + 77,
			6 * BLOB_USABLE_BYTES,
		]) {
			const data = new Uint8Array(length).map((_, index) => (index * 7) & 0xff);
			const joined = joinBlobs(encodeBlobs(data));
			expect(joined.ok && sameBytes(joined.value, data), `${length} bytes`).to.equal(true);
		}
	});

	it("refuses to encode nothing, or more than a blob holds", () => {
		expect(codeOf(() => encodeBlobs(new Uint8Array()))).to.equal("blob-no-data");
		expect(codeOf(() => encodeBlob(new Uint8Array(BLOB_USABLE_BYTES + 1)))).to.equal("blob-too-large");
	});
});
