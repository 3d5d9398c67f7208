/** The legs of a bundle in the making: what people signed, and what a helper will sign once it stands. */
import { MAILBOX_ADDRESS } from "../../execute/predeploys.ts";
import type { LegTrace } from "../../execute/types.ts";
import { hexToBytes } from "../../primitives/bytes.ts";
import type { Hash32, Hex, Leg, RollupId } from "../../primitives/types.ts";
import { helperTag, withTag } from "./bind.ts";
import { type CallRequest, fillData, serveData, type TapeEntry } from "./calls.ts";
import type { ReadLeg } from "./read.ts";
import type { BuildOptions } from "./types.ts";

export type Part =
	| { readonly kind: "intent"; readonly rollupId: RollupId; readonly leg: ReadLeg; readonly place: number }
	| {
			readonly kind: "fill";
			readonly rollupId: RollupId;
			readonly session: Hash32;
			readonly entries: readonly TapeEntry[];
	  }
	| {
			readonly kind: "serve";
			readonly rollupId: RollupId;
			readonly session: Hash32;
			readonly requests: readonly CallRequest[];
	  };

/** Calls in one leg of a helper ask for no more than this together, in gas: no transaction may have more than 2^24 (EIP-7825). */
const MAX_SERVED_GAS = 6_000_000n;
const MAX_TX_GAS = 16_777_216n;
const DEFAULT_FEES = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
const BASE_GAS = 80_000n;
/** Above EIP-7623's 40, with what a byte costs in memory and in a log. */
const GAS_PER_BYTE = 80n;
const GAS_PER_WORD = 25_000n;
/** An alias that is made, and the way to the target. */
const GAS_PER_CALL = 150_000n;

/** Serve legs of one rollup and session that follow each other become one. */
export function mergeServes(parts: readonly Part[]): Part[] {
	const merged: Part[] = [];
	for (const part of parts) {
		const last = merged.at(-1);
		const fits =
			part.kind === "serve" &&
			last?.kind === "serve" &&
			last.rollupId === part.rollupId &&
			last.session === part.session &&
			namedGas([...last.requests, ...part.requests]) <= MAX_SERVED_GAS;
		if (fits) merged[merged.length - 1] = { ...last, requests: [...last.requests, ...part.requests] };
		else merged.push(part);
	}
	return merged;
}

const namedGas = (requests: readonly CallRequest[]): bigint => requests.reduce((sum, { gas }) => sum + gas, 0n);

/** Makes transactions of parts. */
export class LegSigner {
	readonly #options: BuildOptions;
	/** Signing is slow, and the same leg is tried many times. */
	readonly #signed = new Map<string, Uint8Array>();

	constructor(options: BuildOptions) {
		this.#options = options;
	}

	/** @param traces what the parts did with gas in abundance; without them, they get that */
	async sign(parts: readonly Part[], traces?: readonly LegTrace[]): Promise<Leg[]> {
		const nonces = new Map<string, bigint>();
		const legs: Leg[] = [];
		for (const [i, part] of parts.entries()) {
			if (part.kind === "intent") {
				nonces.set(accountKey(part.rollupId, part.leg.sender), part.leg.nonce + 1n);
				legs.push({ rollupId: part.rollupId, rawTx: part.leg.rawTx });
				continue;
			}
			const helper = this.#options.helper(part.rollupId);
			const key = accountKey(part.rollupId, helper.address);
			const nonce = nonces.get(key) ?? this.#nonceOf(part.rollupId);
			nonces.set(key, nonce + 1n);
			legs.push({ rollupId: part.rollupId, rawTx: await this.#helperTx(part, Number(nonce), traces?.[i]) });
		}
		return legs;
	}

	#nonceOf(rollupId: RollupId): bigint {
		const { executor, helper, nonceOf } = this.#options;
		const signer = helper(rollupId);
		return nonceOf?.(rollupId, signer) ?? executor.getNonce(rollupId, signer.address.toLowerCase() as Hex);
	}

	async #helperTx(
		part: Exclude<Part, { kind: "intent" }>,
		nonce: number,
		trace: LegTrace | undefined,
	): Promise<Uint8Array> {
		const { fees = DEFAULT_FEES, helper, tick } = this.#options;
		const data = part.kind === "fill" ? fillData(part.session, part.entries) : serveData(part.session, part.requests);
		const gasLimit = trace === undefined ? abundantGas(part, data) : enoughGas(part, data, trace);
		const chainId = tick.rollups.get(part.rollupId)?.chainId ?? 0;
		const key = [part.rollupId, nonce, gasLimit, data].join();
		const known = this.#signed.get(key);
		if (known !== undefined) return known;
		const raw = await helper(part.rollupId).signTransaction({
			type: 2,
			chainId,
			nonce,
			to: MAILBOX_ADDRESS,
			data,
			gasLimit,
			...fees,
			accessList: withTag([], helperTag(part.session)),
		});
		const rawTx = hexToBytes(raw);
		this.#signed.set(key, rawTx);
		return rawTx;
	}
}

const accountKey = (rollupId: RollupId, address: string): string => `${rollupId}:${address.toLowerCase()}`;

/** More than the leg can need: of each call the named gas, and the same again to bring home what it returns. */
function abundantGas(part: Part, data: Hex): bigint {
	const bytes = BigInt((data.length - 2) / 2) * GAS_PER_BYTE;
	const own =
		part.kind === "serve"
			? part.requests.reduce((sum, { gas }) => sum + gas + gas / 63n + gas + GAS_PER_CALL, 0n)
			: BigInt(Math.ceil(data.length / 64)) * GAS_PER_WORD;
	const gas = BASE_GAS + bytes + own;
	return gas < MAX_TX_GAS ? gas : MAX_TX_GAS;
}

/** What it used, with the fifth that refunds may have hidden and a margin; a call must find all the gas it names, and a 63rd more. */
function enoughGas(part: Part, data: Hex, { gasUsed }: LegTrace): bigint {
	let largest = 0n;
	for (const request of part.kind === "serve" ? part.requests : []) if (request.gas > largest) largest = request.gas;
	const gas = (BigInt(gasUsed) * 13n) / 10n + (largest * 64n) / 63n + 20_000n;
	const abundant = abundantGas(part, data);
	return gas < abundant ? gas : abundant;
}
