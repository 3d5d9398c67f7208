/** What people do on L1 during a devnet: deposit, and go around a sequencer that refuses them. */
import { Interface } from "ethers";
import type { Timeline } from "../derive/ports.ts";
import { BRIDGE_ABI, FORCED_INCLUSION_ABI } from "../primitives/abi.ts";
import { bytesToHex } from "../primitives/bytes.ts";
import type { Address, Hash32, Hex, Leg, RollupId } from "../primitives/types.ts";
import type { L1Account } from "../sequencer/l1-account.ts";
import { sendCall } from "../sequencer/l1-send.ts";
import type { Chain } from "./chain.ts";

const bridge = new Interface(BRIDGE_ABI);
const forcedInclusion = new Interface(FORCED_INCLUSION_ABI);

export class L1Users {
	readonly #chain: Chain;
	readonly #timeline: Timeline;
	readonly #account: L1Account;
	#nonce: number | null = null;

	constructor(chain: Chain, timeline: Timeline, account: L1Account) {
		this.#chain = chain;
		this.#timeline = timeline;
		this.#account = account;
	}

	/** Deposits gwei for an account of a rollup; the L1 transaction's hash. */
	async deposit(rollupId: RollupId, recipient: Address, gwei: bigint): Promise<Hash32> {
		const data = bridge.encodeFunctionData("deposit", [rollupId, recipient]) as Hex;
		return await this.#send(this.#timeline.bridge, data, gwei * 1_000_000_000n);
	}

	/** Queues bytes for a rollup, declaring that much gas; the L1 transaction's hash. */
	async force(rollupId: RollupId, gas: number, rawTx: Uint8Array): Promise<Hash32> {
		const fee = await this.#feeFor(rollupId, gas);
		const data = forcedInclusion.encodeFunctionData("enqueue", [rollupId, gas, bytesToHex(rawTx)]) as Hex;
		// The fee may rise until the block; what is too much comes back.
		return await this.#send(this.#timeline.forcedInclusion, data, 2n * fee);
	}

	/** Queues a bundle, declaring the gas of each leg; the L1 transaction's hash. */
	async forceBundle(legs: readonly (Leg & { readonly gas: number })[]): Promise<Hash32> {
		const declared = legs.map(({ gas, rawTx, rollupId }) => ({ rollupId, gas, rawTx: bytesToHex(rawTx) }));
		const gas = legs.reduce((sum, leg) => sum + leg.gas, 0);
		const data = forcedInclusion.encodeFunctionData("enqueueBundle", [declared]) as Hex;
		return await this.#send(
			this.#timeline.forcedInclusion,
			data,
			2n * (await this.#feeFor(legs[0]?.rollupId ?? 0, gas)),
		);
	}

	/** Wei that queuing costs now. */
	async #feeFor(rollupId: RollupId, gas: number): Promise<bigint> {
		const ask = forcedInclusion.encodeFunctionData("feeFor", [rollupId, gas]);
		const call = { to: this.#timeline.forcedInclusion, data: ask };
		return BigInt(String(await this.#chain.rpc.request("eth_call", [call, "latest"])));
	}

	async #send(to: Address, data: Hex, value: bigint): Promise<Hash32> {
		// Several may wait for the same block, so nonces are counted here.
		const nonce: number = Math.max(this.#nonce ?? 0, await this.#account.nonce());
		const request = this.#chain.rpc.request.bind(this.#chain.rpc);
		const hash = await sendCall(request, this.#account, { to, data, value, gasLimit: 500_000n }, { nonce });
		this.#nonce = nonce + 1;
		return hash;
	}
}
