import { expect } from "chai";
import { Transaction, Wallet } from "ethers";
import { describe, it } from "mocha";
import { versionedHash } from "../../../src/l1/kzg.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import { isMeridianError, MeridianError } from "../../../src/primitives/errors.ts";
import type { Hash32 } from "../../../src/primitives/types.ts";
import { createL1Account, type Request } from "../../../src/sequencer/l1-account.ts";
import type { SignedBlob } from "../../../src/sequencer/l1-transaction.ts";

const WALLET = new Wallet(`0x${"42".repeat(32)}`);
const FEES = { maxFeePerGas: 30n, maxPriorityFeePerGas: 2n, maxFeePerBlobGas: 9n };
const CALL = { to: `0x${"bb".repeat(20)}`, data: "0x1234", value: 5n, gasLimit: 100_000n } as const;

function accountWith(request: Request) {
	return createL1Account(request, WALLET, { chainId: 31_337n });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return "accepted";
	} catch (error) {
		return isMeridianError(error) ? `${error.recovery} ${error.code}` : String(error);
	}
}

describe("L1 account", () => {
	for (const [words, expected] of [
		["already known", "accepted"], // geth, reth
		["transaction already imported", "accepted"], // anvil
		["AlreadyKnown", "accepted"], // nethermind
		["replacement transaction underpriced", "retry l1-underpriced"], // geth, reth, anvil
		["transaction underpriced: tip needed 1, tip permitted 0", "retry l1-underpriced"], // geth
		["nonce too low: next nonce 5, tx nonce 3", "retry l1-nonce-used"], // geth
		["Nonce too low. Expected nonce to be 6 but got 5.", "retry l1-nonce-used"], // EDR
		["OldNonce, Current nonce: 6, nonce of rejected tx: 5", "retry l1-nonce-used"], // nethermind
		["insufficient funds for gas * price + value: balance 0, tx cost 7", "usage l1-funds"], // geth
		["Sender doesn't have enough funds to send tx. The max upfront cost is: 7", "usage l1-funds"], // EDR
		["address already reserved", "retry l1-other-pool"], // geth
		["exceeds block gas limit", "retry l1-rejected"],
	] as const) {
		it(`takes "${words}" for ${expected}`, async () => {
			const account = await accountWith(async () => {
				throw new MeridianError("retry", "rpc-error", `L1 refuses eth_sendRawTransaction: ${words}`);
			});
			expect(await codeOf(account.broadcast("0x02"))).to.equal(expected);
		});
	}

	it("does not take a node that is away for one that refuses", async () => {
		const account = await accountWith(async () => {
			throw new MeridianError("retry", "unreachable", "L1 does not answer: insufficient funds");
		});
		expect(await codeOf(account.broadcast("0x02"))).to.equal("retry unreachable");
	});

	it("signs type 2 without blobs, and type 3 in the wrapper that the node wants with them", async () => {
		const blob: SignedBlob = {
			blob: new Uint8Array(131_072).fill(1),
			commitment: new Uint8Array(48).fill(2),
			proofs: Array.from({ length: 128 }, () => new Uint8Array(48).fill(3)),
			versionedHash: versionedHash(new Uint8Array(48).fill(2)),
		};
		const account = await accountWith(async () => null);
		const plain = Transaction.from((await account.sign(CALL, 7, FEES, [])).raw);
		expect([plain.type, plain.nonce, plain.from, plain.value]).to.deep.equal([2, 7, WALLET.address, 5n]);
		const { hash, raw } = await account.sign(CALL, 7, FEES, [blob]);
		const carrier = Transaction.from(raw);
		expect([carrier.type, carrier.hash, carrier.from]).to.deep.equal([3, hash as Hash32, WALLET.address]);
		expect(carrier.blobWrapperVersion).to.equal(1);
		expect(carrier.blobs?.[0]?.data).to.equal(bytesToHex(blob.blob));
		expect(carrier.blobs?.[0]?.proof.length).to.equal(2 + 128 * 96);
		const old = await createL1Account(async () => null, WALLET, { chainId: 31_337n, wrapperVersion: 0 });
		const single = { ...blob, proofs: [new Uint8Array(48).fill(3)] };
		expect(Transaction.from((await old.sign(CALL, 7, FEES, [single])).raw).blobWrapperVersion).to.equal(null);
	});

	it("signs what ethers signs, byte for byte", async () => {
		const account = await accountWith(async () => null);
		const fees = { maxFeePerGas: 2n ** 40n, maxPriorityFeePerGas: 0n, maxFeePerBlobGas: 1n };
		for (const data of ["0x", "0x00", "0x7f", "0x80", `0x${"ab".repeat(55)}`, `0x${"cd".repeat(70_000)}`] as const) {
			for (const nonce of [0, 1, 127, 128, 70_000]) {
				const call = { ...CALL, data, value: BigInt(nonce) };
				const { maxFeePerGas, maxPriorityFeePerGas } = fees;
				const expected = await WALLET.signTransaction({
					...{ ...call, type: 2, chainId: 31_337n, nonce },
					...{ maxFeePerGas, maxPriorityFeePerGas },
				});
				const { hash, raw } = await account.sign(call, nonce, fees, []);
				expect(raw).to.equal(expected);
				expect(hash).to.equal(Transaction.from(expected).hash);
			}
		}
	});

	it("offers a tip of one gwei to nodes that suggest none, and survives nodes that know no blob price", async () => {
		const account = await accountWith(async (method) => {
			if (method === "eth_getBlockByNumber") return { baseFeePerGas: "0x7" };
			throw new MeridianError("retry", "rpc-method-missing", method);
		});
		expect(await account.prices()).to.deep.equal({ baseFee: 7n, blobBaseFee: 1n, tip: 1_000_000_000n });
	});
});
