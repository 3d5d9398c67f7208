import { expect } from "chai";
import { TypedDataEncoder, verifyTypedData } from "ethers";
import fc from "fast-check";
import { describe, it } from "mocha";
import { COMMITMENT_TYPES } from "../../../bench/commitments.ts";
import { commitmentDigest, domainSeparator, recoverSigner } from "../../../src/codec/commitment.ts";
import { itemHash } from "../../../src/codec/itemHash.ts";
import { formatReceipt, parseReceipt, type Receipt, verifyReceipt } from "../../../src/codec/receipt.ts";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Hex, Item } from "../../../src/primitives/types.ts";
import { createPromiseSigner } from "../../../src/sequencer/preconf/signer.ts";
import { anyBytes, holds } from "../../helpers/property.ts";

const signer = createPromiseSigner(`0x${"11".repeat(32)}`);
const item: Item = { kind: "tx", leg: { rollupId: 2, rawTx: Uint8Array.of(1, 2, 3) } };
const address = (byte: string): Hex => `0x${byte.repeat(20)}`;

function receiptOf(changes: Partial<Receipt> = {}): Receipt {
	const unsigned = {
		version: 1 as const,
		chainId: 31_337,
		timeline: address("aa"),
		slasher: address("bb"),
		tick: 77,
		index: 3,
		itemHash: bytesToHex(itemHash(item)),
		sequencer: signer.address,
		...changes,
	};
	const signature = signer.sign(commitmentDigest(domainSeparator(unsigned), unsigned));
	return { ...unsigned, signature, ...changes };
}

const good = receiptOf();
const reasonOf = (text: string): string => {
	const parsed = parseReceipt(text);
	return parsed.ok ? "ok" : parsed.reason;
};
const verdictOf = (receipt: Receipt, given?: Item): string => {
	const verdict = verifyReceipt(receipt, given);
	return verdict.ok ? "ok" : verdict.reason;
};

const anyAddress = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(bytesToHex);
const anyReceipt = fc
	.record({
		chainId: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
		timeline: anyAddress,
		slasher: anyAddress,
		tick: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
		index: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
		itemHash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex),
	})
	.map(receiptOf);

describe("commitments", () => {
	it("P-1: have the digest of any other EIP-712 library, and P-2: signatures that it recovers", () => {
		holds(50, anyReceipt, ({ chainId, index, itemHash: hash, signature, slasher, tick, timeline }) => {
			const domain = { name: "Meridian", version: "1", chainId, verifyingContract: slasher };
			const value = { timeline, tick, index, itemHash: hash };
			const digest = commitmentDigest(domainSeparator({ chainId, slasher }), value);
			expect(bytesToHex(digest)).to.equal(TypedDataEncoder.hash(domain, COMMITMENT_TYPES, value));
			expect(verifyTypedData(domain, COMMITMENT_TYPES, value, signature).toLowerCase()).to.equal(signer.address);
			expect(recoverSigner(digest, hexToBytes(signature))).to.equal(signer.address);
		});
	});

	it("P-2: any bytes have a signer or none, never an error; no second signature is accepted (trap 28)", () => {
		const digest = commitmentDigest(domainSeparator(good), good);
		const bytes = hexToBytes(good.signature);
		holds(200, anyBytes(70), (signature) => {
			expect(recoverSigner(digest, signature)).to.not.equal(signer.address);
		});
		const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
		const s = BigInt(bytesToHex(bytes.subarray(32, 64)));
		const high = hexToBytes(`0x${(order - s).toString(16).padStart(64, "0")}`);
		const twin = Uint8Array.of(...bytes.subarray(0, 32), ...high, bytes[64] === 27 ? 28 : 27);
		expect(recoverSigner(digest, twin)).to.equal(null);
		for (const v of [0, 1, 26, 29, 35, 255])
			expect(recoverSigner(digest, Uint8Array.of(...bytes.subarray(0, 64), v))).to.equal(null);
		for (const length of [0, 64, 66]) expect(recoverSigner(digest, new Uint8Array(length))).to.equal(null);
		expect(recoverSigner(digest, Uint8Array.of(...new Uint8Array(64), 27))).to.equal(null);
		expect(recoverSigner(digest, Uint8Array.of(...new Uint8Array(64).fill(0x7f), 27))).to.not.equal(signer.address);
	});
});

describe("receipts", () => {
	it("P-3: have one text, which reads back as what it was, spaces or not", () => {
		holds(50, anyReceipt, (receipt) => {
			const text = formatReceipt(receipt);
			for (const written of [text, JSON.stringify(JSON.parse(text), null, 2), ` ${text}\r\n`])
				expect(parseReceipt(written)).to.deep.equal({ ok: true, receipt });
			expect(verifyReceipt(receipt)).to.deep.equal({ ok: true });
		});
		expect(formatReceipt(good)).to.match(/^\{"version":1,"chainId":31337,"timeline":"0xaa/);
	});

	it("P-3: are good for their item and for no other", () => {
		expect(verdictOf(good, item)).to.equal("ok");
		expect(verdictOf(good, { kind: "bundle", legs: [item.leg] })).to.equal("item");
		expect(verdictOf(good, { kind: "tx", leg: { ...item.leg, rollupId: 3 } })).to.equal("item");
		expect(verdictOf(good, { kind: "tx", leg: { rollupId: 2, rawTx: new Uint8Array(0) } })).to.equal("item");
		const bundle: Item = { kind: "bundle", legs: [item.leg, { rollupId: 1, rawTx: Uint8Array.of(9) }] };
		expect(verdictOf(receiptOf({ itemHash: bytesToHex(itemHash(bundle)) }), bundle)).to.equal("ok");
	});

	it("P-3: are not good anywhere else: other chain, contract, timeline, place, item or signer (trap 28)", () => {
		const replays: Partial<Receipt>[] = [
			{ chainId: 1 },
			{ slasher: address("bc") },
			{ timeline: address("ab") },
			{ timeline: good.slasher, slasher: good.timeline },
			{ tick: 78 },
			{ tick: 3, index: 77 },
			{ index: 2 },
			{ itemHash: `0x${"00".repeat(32)}` },
			{ sequencer: address("cc") },
		];
		for (const changes of replays)
			expect(verdictOf({ ...good, ...changes }), JSON.stringify(changes)).to.equal("signer");
		expect(verdictOf({ ...good, signature: `0x${"00".repeat(65)}` })).to.equal("signature");
	});

	it("P-3: say which field is wrong", () => {
		const wrong: readonly [keyof Receipt, unknown][] = [
			["version", 2],
			["version", "1"],
			["chainId", 0],
			["chainId", 2 ** 53],
			["chainId", "0x1"],
			["timeline", good.timeline.toUpperCase()],
			["timeline", `0x${"AA".repeat(20)}`],
			["slasher", address("bb").slice(0, -2)],
			["slasher", null],
			["tick", -1],
			["tick", 1.5],
			["tick", 2 ** 40],
			["index", 2 ** 32],
			["index", [3]],
			["itemHash", `${good.itemHash}00`],
			["sequencer", {}],
			["signature", "0x"],
			["signature", undefined],
		];
		for (const [field, value] of wrong) {
			const parsed = parseReceipt(JSON.stringify({ ...good, [field]: value }));
			expect(parsed, `${field} ${value}`).to.include({ ok: false, reason: "field" });
			expect(parsed)
				.to.have.property("what")
				.that.matches(new RegExp(`^${field} is `));
		}
		expect(reasonOf(JSON.stringify({ ...good, more: 1 }))).to.equal("field");
		expect(reasonOf(`{"__proto__":${formatReceipt(good)}}`)).to.equal("field");
	});

	it("P-3: hold nothing that two readers could read in two ways", () => {
		const text = formatReceipt(good);
		const twice = text.replace('"tick":77', '"tick":76,"tick":77');
		const order = JSON.stringify(Object.fromEntries(Object.entries(good).reverse()));
		const forms = [
			text.replace("77", "7.7e1"),
			text.replace("77", "77.0"),
			text.replace("0xaa", "0x\\u0061a"),
			text.replace('"tick"', '"\\u0074ick"'),
		];
		for (const odd of [twice, order, ...forms]) expect(reasonOf(odd), odd).to.equal("not-canonical");
	});

	it("P-3: give any text a verdict, never an error", () => {
		for (const text of ["", "null", "[]", "1", '"x"', "{", "{}", "[".repeat(4_000), " ".repeat(5_000), "\u0000"])
			expect(reasonOf(text)).to.not.equal("ok");
		holds(300, fc.oneof(fc.string(), fc.json()), (text) => {
			expect(reasonOf(text)).to.not.equal("ok");
		});
		const text = formatReceipt(good);
		const edit = fc.tuple(fc.nat(text.length - 1), fc.string({ minLength: 0, maxLength: 3 }));
		holds(500, edit, ([at, put]) => {
			const changed = text.slice(0, at) + put + text.slice(at + 1);
			const parsed = parseReceipt(changed);
			if (parsed.ok && changed.replace(/\s/g, "") !== text) expect(verifyReceipt(parsed.receipt).ok).to.equal(false);
		});
	});
});
