/** Whether a transaction may wait to be ordered, as far as its bytes, its rollup and its sender tell. */
import type { OrderState } from "../derive/types.ts";
import type { Address, RollupId } from "../primitives/types.ts";
import { decodePoolTx } from "./decode.ts";
import type { PoolTx } from "./mempool.ts";
import type { Rejection } from "./rejection.ts";

export type AdmittedTx =
	| { readonly ok: true; readonly tx: PoolTx }
	| { readonly ok: false; readonly reason: Rejection; readonly message: string };

export function admitTx(
	rollupId: RollupId,
	rawTx: Uint8Array,
	state: OrderState,
	refuse: ReadonlySet<Address>,
): AdmittedTx {
	const rollup = state.rollups.get(rollupId);
	if (rollup === undefined)
		return {
			ok: false,
			reason: "unknown-rollup",
			message: `There is no rollup ${rollupId} on this timeline (yet)`,
		};
	const decoded = decodePoolTx(rollupId, rollup.chainId, rawTx);
	if (decoded.ok && refuse.has(decoded.tx.sender))
		return { ok: false, reason: "refused-sender", message: "This sequencer does not serve the sender" };
	return decoded;
}
