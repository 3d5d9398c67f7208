/** The EVM's surroundings: native code is there, and what makes ethereumjs fast is in place with the pinned versions. */
import { readFileSync } from "node:fs";
import { RLP } from "@ethereumjs/rlp";
import { ecrecover } from "@ethereumjs/util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { rollupCommon } from "../../../src/execute/common.ts";
import { jumpCacheInstalled } from "../../../src/execute/jumpCache.ts";
import { kzg, loadSecp256k1, recoverPublicKey } from "../../../src/execute/native.ts";
import { encodeList, encodeString, integerBytes } from "../../../src/execute/rlp.ts";
import { SYSTEM_CONTRACTS } from "../../../src/execute/systemContracts.ts";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import { isMeridianError } from "../../../src/primitives/errors.ts";
import { seededRandom } from "../../helpers/execute/random.ts";

describe("what the EVM is given", () => {
	it("has the jump cache in place, with the pinned version of ethereumjs", () => {
		const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
		expect(manifest.dependencies["@ethereumjs/evm"], "look at jumpCache.ts again").to.equal("10.1.3");
		expect(jumpCacheInstalled).to.equal(true);
	});

	it("follows Osaka from the genesis on, and its parameters stay", () => {
		const common = rollupCommon(7_001);
		expect(common.hardfork()).to.equal("osaka");
		expect(common.chainId()).to.equal(7_001n);
		for (const eip of [1559, 2935, 4788, 4895, 6780, 7002, 7251, 7702, 7823, 7825, 7883, 7939, 7951]) {
			expect(common.isActivatedEIP(eip), `EIP-${eip}`).to.equal(true);
		}
		expect(common.hardforks().every(({ block, timestamp }) => block === 0 || timestamp === 0)).to.equal(true);
		common.updateParams({ 1: { txGas: 1 } });
		expect(common.param("txGas")).to.equal(21_000n);
		expect(common.param("maxTransactionGasLimit")).to.equal(2n ** 24n);
	});

	it("recovers keys as ethereumjs does, and fails where it fails", () => {
		const { seed, below, bytes } = seededRandom();
		for (let i = 0; i < 60; i++) {
			const [hash, r, s] = [bytes(32), bytes(32), bytes(32)];
			if (below(4) === 0) r.fill(below(2) * 255);
			if (below(4) === 0) s.fill(below(2) * 255);
			const parity = below(2);
			const outcome = (work: () => Uint8Array): string => {
				try {
					return bytesToHex(work());
				} catch {
					return "fails";
				}
			};
			const native = outcome(() => recoverPublicKey(hash, parity, r, s));
			expect(native, `seed ${seed}`).to.equal(outcome(() => ecrecover(hash, BigInt(parity), r, s)));
		}
	});

	it("halts without the native build, and says how to get it", () => {
		const missing = () => {
			throw new Error("no binding");
		};
		try {
			loadSecp256k1(missing);
			expect.fail("loaded");
		} catch (error) {
			if (!isMeridianError(error)) throw error;
			expect(`${error.recovery}:${error.code}`).to.equal("halt:native-secp256k1-missing");
			expect(error.message).to.include("npm rebuild");
		}
	});

	it("verifies KZG proofs", () => {
		const infinity = `0xc0${"00".repeat(47)}`;
		const zero = `0x${"00".repeat(32)}`;
		expect(kzg.verifyProof(infinity, zero, zero, infinity)).to.equal(true);
		expect(kzg.verifyProof(infinity, zero, `0x${"00".repeat(31)}01`, infinity)).to.equal(false);
	});

	it("encodes RLP as the library does", () => {
		const { seed, below, bytes } = seededRandom();
		type Nested = Uint8Array | Nested[];
		const make = (depth: number): Nested =>
			depth > 0 && below(2) === 0
				? Array.from({ length: below(5) }, () => make(depth - 1))
				: bytes([0, 1, 1, 2, 54, 55, 56, 57, 255, 256, 257, 70_000][below(12)] ?? 0);
		const encode = (item: Nested): Uint8Array =>
			item instanceof Uint8Array ? encodeString(item) : encodeList(item.map(encode));
		for (let i = 0; i < 200; i++) {
			const item = make(3);
			expect(Buffer.compare(encode(item), RLP.encode(item)), `seed ${seed}`).to.equal(0);
		}
		for (const value of [0n, 1n, 127n, 128n, 255n, 256n, 2n ** 256n - 1n]) {
			expect(bytesToHex(encodeString(integerBytes(value)))).to.equal(bytesToHex(RLP.encode(value)));
		}
	});

	it("E-3: knows the canonical code of the system contracts, by their size and the stub's bytes", () => {
		expect(SYSTEM_CONTRACTS.map(([, code]) => hexToBytes(code).length)).to.deep.equal([97, 83, 31, 31]);
	});
});
