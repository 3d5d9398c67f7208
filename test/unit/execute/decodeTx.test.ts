import { RLP } from "@ethereumjs/rlp";
import { createTxFromRLP } from "@ethereumjs/tx";
import { expect } from "chai";
import { describe, it } from "mocha";
import { rollupCommon } from "../../../src/execute/common.ts";
import { decodeTx } from "../../../src/execute/decodeTx.ts";
import { bytesToHex, concatBytes, hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Hex } from "../../../src/primitives/types.ts";
import { type Authorization, GWEI, signTx, type TxRequest, testAccount } from "../../helpers/execute/accounts.ts";
import { seededRandom } from "../../helpers/execute/random.ts";

const CHAIN = 7_001;
const common = rollupCommon(CHAIN);
const alice = testAccount("alice");
const bob = testAccount("bob");
const KEY: Hex = `0x${"11".repeat(32)}`;
const authorization: Authorization = { chainId: BigInt(CHAIN), address: bob.address, nonce: 0n, by: bob };
const plain: TxRequest = { chainId: CHAIN, nonce: 0, to: bob.address };

const reasonOf = (raw: Uint8Array): string => {
	const decoded = decodeTx(raw, common);
	return "drop" in decoded ? decoded.drop : "none";
};

type Fields = (Uint8Array | Fields)[];
/** The same transaction with one field changed; the signature then fits another sender, or none. */
function withField(raw: Uint8Array, index: number, value: Uint8Array | Fields): Uint8Array {
	const legacy = (raw[0] ?? 0) >= 0xc0;
	const fields = RLP.decode(legacy ? raw : raw.subarray(1)) as Fields;
	fields[index < 0 ? fields.length + index : index] = value;
	const encoded = RLP.encode(fields);
	return legacy ? encoded : concatBytes(raw.subarray(0, 1), encoded);
}

const VALID: readonly (readonly [string, TxRequest])[] = [
	["type 0", { ...plain, type: 0 }],
	[
		"type 1",
		{
			...plain,
			type: 1,
			accessList: [
				[bob.address, [KEY, KEY]],
				[alice.address, []],
			],
		},
	],
	["type 2", { ...plain, type: 2, nonce: 2n ** 64n - 2n, gas: 2 ** 24, feeCap: 2n ** 200n }],
	["type 2, creation", { ...plain, type: 2, to: null, data: `0x${"00".repeat(49_152)}`, gas: 2_000_000 }],
	["type 2, no tip", { ...plain, type: 2, tip: 0n }],
	["type 4", { ...plain, type: 4, authorizations: [authorization, { ...authorization, chainId: 0n, nonce: 77n }] }],
];

const ACCESS_LIST = 8;
const S = -1;
const R = -2;
const V = -3;
const type2 = signTx(alice, plain);
const type1 = signTx(alice, { ...plain, type: 1 });
const type4 = signTx(alice, { ...plain, type: 4, authorizations: [authorization] });
const legacy = signTx(alice, { ...plain, type: 0 });
const order = 2n ** 256n - 0x14551231950b75fc4402da1732fc9bebfn;
const bigBytes = (value: bigint): Uint8Array => hexToBytes(`0x${value.toString(16).padStart(64, "0")}`);
const highS = (raw: Uint8Array): Uint8Array => {
	const fields = RLP.decode((raw[0] ?? 0) >= 0xc0 ? raw : raw.subarray(1)) as Uint8Array[];
	const s = fields.at(-1) ?? new Uint8Array(0);
	return withField(raw, S, bigBytes(order - BigInt(bytesToHex(s))));
};

/** Everything E-14 forbids, by why. */
const UNDECODABLE: readonly (readonly [string, Uint8Array])[] = [
	["nothing", new Uint8Array(0)],
	["an unknown type", concatBytes(Uint8Array.of(5), type2.subarray(1))],
	["type 0x7f", Uint8Array.of(0x7f)],
	["a string instead of a list", concatBytes(Uint8Array.of(2), RLP.encode(type2))],
	["a byte after the end", concatBytes(type2, Uint8Array.of(0))],
	["a byte after a legacy transaction", concatBytes(legacy, Uint8Array.of(0x80))],
	["a byte missing", type2.subarray(0, -1)],
	["a field too few", concatBytes(Uint8Array.of(2), RLP.encode((RLP.decode(type2.subarray(1)) as Fields).slice(0, 9)))],
	["a field too many", concatBytes(Uint8Array.of(2), RLP.encode([...(RLP.decode(type2.subarray(1)) as Fields), "0x"]))],
	["a long form where a short one would do", concatBytes(Uint8Array.of(2, 0xf9, 0), type2.subarray(2))],
	["an integer with a leading zero", withField(type2, 1, Uint8Array.of(0, 1))],
	["a zero spelled as a byte", withField(type2, 1, Uint8Array.of(0))],
	["a list for an integer", withField(type2, 1, [])],
	["a nonce of 9 bytes", withField(type2, 1, new Uint8Array(9).fill(1))],
	["an amount of 33 bytes", withField(type2, 6, new Uint8Array(33).fill(1))],
	["an address of 19 bytes", withField(type2, 5, new Uint8Array(19).fill(1))],
	["an access list that is an empty string", withField(type2, ACCESS_LIST, new Uint8Array(0))],
	["an access list entry that is a string", withField(type2, ACCESS_LIST, [new Uint8Array(2)])],
	["slots that are an empty string", withField(type2, ACCESS_LIST, [[new Uint8Array(20), new Uint8Array(0)]])],
	[
		"a slot that is a list of 32",
		withField(type2, ACCESS_LIST, [[new Uint8Array(20), [new Array(32).fill(Uint8Array.of(1))]]]),
	],
	[
		"an access list address that is a list of 20",
		withField(type2, ACCESS_LIST, [[new Array(20).fill(Uint8Array.of(1)), []]]),
	],
	["a slot of 31 bytes", withField(type2, ACCESS_LIST, [[new Uint8Array(20), [new Uint8Array(31)]]])],
	["a third element in an access list entry", withField(type2, ACCESS_LIST, [[new Uint8Array(20), [], []]])],
	["type 4 without authorizations", withField(type4, 9, [])],
	["type 4 that creates", withField(type4, 5, new Uint8Array(0))],
	["an authorization of five fields", withField(type4, 9, [new Array(5).fill(new Uint8Array(0))])],
	[
		"an authorization with a long parity",
		withField(type4, 9, [
			[
				new Uint8Array(0),
				new Uint8Array(20),
				new Uint8Array(0),
				Uint8Array.of(1, 0),
				Uint8Array.of(1),
				Uint8Array.of(1),
			],
		]),
	],
	["a legacy v of 26", withField(legacy, V, Uint8Array.of(26))],
	["a legacy v of 29", withField(legacy, V, Uint8Array.of(29))],
	["a parity of 2", withField(type2, V, Uint8Array.of(2))],
	["a parity of 27", withField(type1, V, Uint8Array.of(27))],
	["r of zero", withField(type2, R, new Uint8Array(0))],
	["r of the order", withField(type2, R, bigBytes(order))],
	["s of zero", withField(legacy, S, new Uint8Array(0))],
	["a high s", highS(type2)],
	["a high s in a legacy transaction", highS(legacy)],
	["an r that is no point", withField(type2, R, Uint8Array.of(5))],
	["the highest nonce", signTx(alice, { ...plain, nonce: 2n ** 64n - 1n })],
	["gas above EIP-7825's cap", signTx(alice, { ...plain, gas: 2 ** 24 + 1 })],
	["gas below the intrinsic gas", signTx(alice, { ...plain, gas: 20_999 })],
	[
		"gas below the floor of EIP-7623",
		signTx(alice, { ...plain, data: `0x${"11".repeat(1_000)}`, gas: 21_000 + 16_000 }),
	],
	["gas below a creation's", signTx(alice, { ...plain, to: null, gas: 52_999 })],
	["gas below an authorization's", signTx(alice, { ...plain, type: 4, authorizations: [authorization], gas: 45_999 })],
	[
		"init code above EIP-3860's cap",
		signTx(alice, { ...plain, to: null, data: `0x${"00".repeat(49_153)}`, gas: 5_000_000 }),
	],
	["a tip above the fee cap", signTx(alice, { ...plain, tip: 101n * GWEI })],
	["a fee that overflows", signTx(alice, { ...plain, feeCap: 2n ** 250n })],
	["a gas price that overflows", signTx(alice, { ...plain, type: 0, feeCap: 2n ** 250n })],
];

describe("decodeTx", () => {
	for (const [name, request] of VALID) {
		it(`E-14: takes ${name}, and is right about its sender`, () => {
			const raw = signTx(alice, request);
			const decoded = decodeTx(raw, common);
			if ("drop" in decoded) return expect.fail(decoded.drop);
			expect(decoded.sender.toString()).to.equal(alice.address);
			const other = createTxFromRLP(raw, { common });
			expect(decoded.sender.toString()).to.equal(other.getSenderAddress().toString());
			expect(bytesToHex(decoded.tx.hash())).to.equal(bytesToHex(other.hash()));
			expect(JSON.stringify(decoded.tx.toJSON())).to.equal(JSON.stringify(other.toJSON()));
		});
	}

	for (const [name, raw] of UNDECODABLE) {
		it(`E-14, trap 14: refuses ${name}`, () => {
			expect(reasonOf(raw)).to.equal("undecodable");
		});
	}

	it("E-14: what it takes, ethereumjs writes as the same bytes", () => {
		const { seed, below, pick, bytes } = seededRandom();
		const samples = [
			legacy,
			type1,
			type2,
			type4,
			signTx(alice, { ...plain, type: 1, accessList: [[bob.address, [KEY]]] }),
		];
		let taken = 0;
		for (let i = 0; i < 3_000; i++) {
			const raw = pick(samples).slice();
			for (let n = 1 + below(3); n > 0; n--)
				raw[below(raw.length)] = pick([0, 1, 0x80, 0x81, 0xc0, 0xf8, bytes(1)[0] ?? 0]);
			const decoded = decodeTx(raw, common);
			if ("drop" in decoded) continue;
			taken++;
			expect(bytesToHex(createTxFromRLP(raw, { common }).serialize()), `seed ${seed}`).to.equal(bytesToHex(raw));
		}
		expect(taken).to.be.greaterThan(0);
	});

	it("E-14, trap 9: says something about any bytes, quickly even about 128 KiB of nested lists", () => {
		const { seed, below, bytes } = seededRandom();
		for (let i = 0; i < 2_000; i++) {
			const raw = bytes(below(300));
			expect(reasonOf(raw), `seed ${seed}`).to.be.a("string");
		}
		expect(reasonOf(new Uint8Array(131_072).fill(0xc1))).to.equal("undecodable");
		const nested = new Uint8Array(131_072);
		for (let at = 0; at + 4 < nested.length; at += 4)
			nested.set([0xfa, ...bigBytes(BigInt(nested.length - at - 4)).subarray(29)], at);
		expect(reasonOf(nested)).to.equal("undecodable");
	});

	it("E-15: a first byte of 3 is a blob transaction, whatever follows", () => {
		expect(reasonOf(Uint8Array.of(3))).to.equal("blob-transaction");
		expect(reasonOf(concatBytes(Uint8Array.of(3), type2.subarray(1)))).to.equal("blob-transaction");
	});

	it("E-16: refuses a signature that fits every chain", () => {
		expect(reasonOf(signTx(alice, { ...plain, type: 0, chainId: null }))).to.equal("no-chain-id");
	});

	it("E-17: refuses another chain's, before looking at the signature", () => {
		for (const type of [0, 1, 2, 4] as const) {
			const authorizations = [authorization];
			for (const chainId of [CHAIN - 1, CHAIN + 1, type === 0 ? 1 : 0, 2n ** 200n]) {
				const raw = signTx(alice, { ...plain, type, chainId, authorizations });
				expect(reasonOf(raw), `type ${type}, chain ${chainId}`).to.equal("wrong-chain-id");
				expect(reasonOf(withField(raw, R, Uint8Array.of(5)))).to.equal("wrong-chain-id");
			}
		}
		// 35 and 36 are chain id 0.
		expect(reasonOf(withField(legacy, V, Uint8Array.of(35)))).to.equal("wrong-chain-id");
	});
});
