/** Life on a real L1: the real contracts, and one of everything that a reader reads. */
import { ethers, Interface } from "ethers";
import { deployTimeline, type TimelineAddresses } from "../../../deploy/deploy.ts";
import { packMeta } from "../../../src/codec/header.ts";
import { blobSidecar } from "../../../src/l1/kzg.ts";
import type { RpcTransport } from "../../../src/l1/rpc.ts";
import { BRIDGE_ABI, FORCED_INCLUSION_ABI, INBOX_ABI, REGISTRY_ABI } from "../../../src/primitives/abi.ts";
import { BLOB_BYTES, BLOB_USABLE_BYTES } from "../../../src/primitives/limits.ts";
import type { Address, Hash32 } from "../../../src/primitives/types.ts";
import { createL1Account } from "../../../src/sequencer/l1-account.ts";
import type { L1Call } from "../../../src/sequencer/l1-transaction.ts";

const GWEI = 1_000_000_000n;
const FEES = { maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: GWEI, maxFeePerBlobGas: 100n * GWEI };
const call = (abi: readonly string[], name: string, values: readonly unknown[]) =>
	new Interface(abi).encodeFunctionData(name, [...values]) as `0x${string}`;

export interface Life {
	readonly addresses: TimelineAddresses;
	register(chainId: number): Promise<void>;
	deposit(): Promise<void>;
	enqueue(): Promise<void>;
	/** Until the rollups are active. */
	wait(): Promise<void>;
	/** Publishes tick after tick; the data is these blobs, or a few bytes of calldata. */
	publish(blobs: readonly Uint8Array[]): Promise<void>;
	mine(count: number): Promise<void>;
}

/** Deploys a timeline to which anyone may publish. Transactions are mined as they are sent. */
export async function beginLife(rpc: RpcTransport, signer: ethers.Signer): Promise<Life> {
	const addresses = await deployTimeline(signer, { sequencer: null, basePrice: 1n });
	const wallet = new ethers.Wallet(ethers.id("life"));
	await rpc.request("eth_sendTransaction", [
		{ from: await signer.getAddress(), to: wallet.address, value: ethers.toQuantity(ethers.parseEther("100")) },
	]);
	const account = await createL1Account((method, params) => rpc.request(method, params), wallet);
	let tick = 0;

	const send = async (
		to: Address,
		data: `0x${string}`,
		value = 0n,
		blobs: readonly Uint8Array[] = [],
	): Promise<void> => {
		const sidecars = await Promise.all(
			blobs.map(async (blob) => {
				const { commitment, cellProofs, versionedHash } = await blobSidecar(blob);
				return { blob, commitment, proofs: cellProofs, versionedHash };
			}),
		);
		const transaction: L1Call = { to, data, value, gasLimit: 3_000_000n };
		const { raw, hash } = await account.sign(transaction, await account.nonce(), FEES, sidecars);
		await account.broadcast(raw);
		for (let wait = 0; wait < 500; wait++) {
			const receipt = await account.receipt(hash);
			if (receipt?.success) return;
			if (receipt !== null) throw new Error(`${data.slice(0, 10)} reverted`);
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
		throw new Error("not mined");
	};

	return {
		addresses,
		async register(chainId) {
			const config = [chainId, 0, 30_000_000, wallet.address, 100, ethers.ZeroAddress, 1, ethers.id("genesis")];
			await send(addresses.registry, call(REGISTRY_ABI, "register", [config, "0xc0"]));
		},
		async wait() {
			await rpc.request("evm_increaseTime", [300]);
		},
		deposit: () => send(addresses.bridge, call(BRIDGE_ABI, "deposit", [1, wallet.address]), 5n * GWEI),
		enqueue: () =>
			send(
				addresses.forcedInclusion,
				call(FORCED_INCLUSION_ABI, "enqueue", [1, 21_000, "0x02"]),
				ethers.parseEther("1"),
			),
		async publish(blobs) {
			const head = await rpc.request("eth_call", [
				{ to: addresses.inbox, data: call(INBOX_ABI, "head", []) },
				"latest",
			]);
			const origin = (await rpc.request("eth_getBlockByNumber", ["latest", false])) as { number: string; hash: Hash32 };
			tick++;
			const coinbase = wallet.address.toLowerCase() as Address;
			const meta = packMeta({
				coinbase,
				firstTick: tick,
				lastTick: tick,
				l1Origin: Number(origin.number),
				codec: 1,
				blobs: blobs.length,
			});
			const common = [head, meta, ethers.id("ticks"), origin.hash];
			if (blobs.length > 0) await send(addresses.inbox, call(INBOX_ABI, "publish", [...common, "0x"]), 0n, blobs);
			else await send(addresses.inbox, call(INBOX_ABI, "publishCalldata", [...common, "0x0102030405", "0x"]));
		},
		async mine(count) {
			for (let i = 0; i < count; i++) await rpc.request("evm_mine", []);
		},
	};
}

/** A blob of arbitrary bytes below the field's modulus. */
export function anyBlob(seed: number): Uint8Array {
	const blob = new Uint8Array(BLOB_BYTES);
	for (let i = 0; i < BLOB_USABLE_BYTES; i++) blob[i] = i % 32 === 0 ? 0 : (i * 7 + seed * 13) & 0xff;
	return blob;
}
