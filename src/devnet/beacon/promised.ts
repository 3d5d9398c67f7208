/** Users who want to know where they stand at once: each slot one asks whoever owns the next tick for a place, and checks what it is given. */
import { parseReceipt, verifyReceipt } from "../../codec/receipt.ts";
import { coverOf } from "../../l1/cover.ts";
import type { RpcTransport } from "../../l1/rpc.ts";
import { bytesToHex } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import { keccakHex } from "../../primitives/hash.ts";
import type { Address, Tick } from "../../primitives/types.ts";
import type { DevnetRollup } from "../setup.ts";
import { sign } from "../traffic.ts";
import { PROMISED } from "../users.ts";
import type { Promised } from "./ledger.ts";
import type { Proposers } from "./proposers.ts";

export interface AskingOptions {
	readonly proposers: Proposers;
	readonly rollups: readonly DevnetRollup[];
	readonly rpc: RpcTransport;
	/** Of the timeline: a receipt that names another is worth nothing. */
	readonly slasher: Address;
}

/** What came of asking. */
export type Answer =
	| { readonly kind: "promised"; readonly promised: Promised; readonly by: string }
	| { readonly kind: "refused"; readonly why: string };

export class PromisedTraffic {
	readonly #options: AskingOptions;
	#asked = 0;

	constructor(options: AskingOptions) {
		this.#options = options;
	}

	/**
	 * Asks for a place in one of the next ticks. Null if the next tick is nobody's. Throws `halt` (`bad-receipt`) if the receipt is not
	 * good, or not covered: the devnet's sequencers give no such ones.
	 */
	async ask(next: Tick): Promise<Answer | null> {
		const { proposers, rollups, rpc, slasher } = this.#options;
		const owner = proposers.ownerOf(next);
		// Each has nothing else under way: its last transaction was some slots ago.
		const user = PROMISED[this.#asked % PROMISED.length];
		const rollup = rollups[this.#asked % rollups.length];
		if (owner === null || user === undefined || rollup === undefined) return null;
		this.#asked++;
		const { chainId, rollupId } = rollup;
		const nonce = Number(owner.windows.sequencer.nonceOf(rollupId, user.address));
		const rawTx = await sign(user.wallet, chainId, nonce, { to: user.address, value: 1n, gasLimit: 21_000n });
		const response = await fetch(`${owner.server.url}/v1/transactions`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ rollupId, rawTx: bytesToHex(rawTx) }),
		});
		const text = await response.text();
		if (!response.ok) return { kind: "refused", why: text };
		const parsed = parseReceipt(text);
		if (!parsed.ok) throw bad(owner.name, parsed.what);
		const { receipt } = parsed;
		const good = verifyReceipt(receipt, { kind: "tx", leg: { rollupId, rawTx } });
		if (!good.ok) throw bad(owner.name, good.what);
		const covered = await coverOf(rpc, receipt, { slasher });
		if (!covered.ok) throw bad(owner.name, covered.what);
		const { index, tick } = receipt;
		return { kind: "promised", promised: { tick, index, txHash: keccakHex(rawTx) }, by: owner.name };
	}
}

const bad = (name: string, what: string): MeridianError =>
	new MeridianError("halt", "bad-receipt", `${name} has given a receipt that is worth nothing: ${what}; this is a bug`);
