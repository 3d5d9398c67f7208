/** The rules of a rollup's chain for ethereumjs: Osaka from the genesis on, and the speed-ups ethereumjs needs. */
import { paramsBlock } from "@ethereumjs/block";
import { type ChainConfig, Common, type HardforkTransitionConfig, Mainnet } from "@ethereumjs/common";
import { paramsEVM } from "@ethereumjs/evm";
import { paramsTx } from "@ethereumjs/tx";
import { calculateSigRecovery, ecrecover } from "@ethereumjs/util";
import { paramsVM } from "@ethereumjs/vm";
import { keccak256 } from "../primitives/hash.ts";
import { kzg, recoverPublicKey } from "./native.ts";
import { WITHDRAWAL_REQUESTS_ADDRESS } from "./systemContracts.ts";

const HARDFORK = "osaka";

/** Every hardfork up to Osaka, all in force at the genesis; a list of its own, since ethereumjs checks dates against it. */
const hardforks: HardforkTransitionConfig[] = Mainnet.hardforks
	.slice(0, Mainnet.hardforks.findIndex((fork) => fork.name === HARDFORK) + 1)
	.filter((fork) => fork.name !== "dao")
	.map((fork) =>
		fork.timestamp === undefined ? { name: fork.name, block: 0 } : { name: fork.name, block: null, timestamp: 0 },
	);

/** Signatures with an EIP-155 `v` (legacy), or a plain parity (typed). */
function recover(hash: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array, chainId?: bigint): Uint8Array {
	const recovery = calculateSigRecovery(v, chainId);
	// Malformed: ethereumjs' own function throws what its callers expect.
	if (recovery !== 0n && recovery !== 1n) return ecrecover(hash, v, r, s, chainId);
	return recoverPublicKey(hash, Number(recovery), r, s);
}

/**
 * ethereumjs copies the rules and merges all parameters again for every header and every transaction it makes (a third of its
 * time on transfers). Here the hardfork never changes, so they are merged once and shared.
 */
class FixedCommon extends Common {
	#fixed = false;

	/** Merges every package's parameters; from here on nothing changes. */
	fix(): this {
		for (const params of [paramsTx, paramsBlock, paramsEVM, paramsVM]) super.updateParams(params);
		this.#fixed = true;
		return this;
	}

	override updateParams(...args: Parameters<Common["updateParams"]>): void {
		if (!this.#fixed) super.updateParams(...args);
	}

	override copy(): Common {
		return this;
	}
}

/** The rules of one rollup. `depositContractAddress` is a contract that never logs (E-3), so EIP-6110 finds nothing. */
export function rollupCommon(chainId: number): Common {
	const chain: ChainConfig = {
		...Mainnet,
		name: `rollup-${chainId}`,
		chainId,
		hardforks,
		depositContractAddress: WITHDRAWAL_REQUESTS_ADDRESS,
	};
	return new FixedCommon({
		chain,
		hardfork: HARDFORK,
		customCrypto: { keccak256, ecrecover: recover, kzg },
	}).fix();
}
