/** Whether a bundle may wait to be ordered, as far as its bytes and its senders tell. */
import { bundleHash } from "../../codec/itemHash.ts";
import type { OrderState } from "../../derive/types.ts";
import { bytesToHex } from "../../primitives/bytes.ts";
import { MAX_LEGS } from "../../primitives/limits.ts";
import type { Address, Leg } from "../../primitives/types.ts";
import type { Rejection } from "../rejection.ts";
import type { PoolBundle } from "./pool.ts";
import { readLegs } from "./read.ts";

export type Admission =
	| { readonly ok: true; readonly bundle: PoolBundle }
	| { readonly ok: false; readonly reason: Rejection; readonly message: string };

export function admitBundle(legs: readonly Leg[], state: OrderState, refuse: ReadonlySet<Address>): Admission {
	if (legs.length === 0 || legs.length > MAX_LEGS)
		return { ok: false, reason: "legs", message: `A bundle has 1 to ${MAX_LEGS} legs, not ${legs.length}` };
	const clusters = new Set(legs.map(({ rollupId }) => state.rollups.get(rollupId)?.cluster));
	const read = readLegs(legs, (rollupId) => state.rollups.get(rollupId)?.chainId);
	if (!read.ok) {
		const where = read.place === null ? "The legs of a session are not all there, in order" : `Leg ${read.place}`;
		return { ok: false, reason: read.reason, message: `${where}: ${read.reason}` };
	}
	if (clusters.size > 1)
		return { ok: false, reason: "clusters", message: "Its rollups are of different clusters; a bundle is for one" };
	if (read.legs.some(({ sender }) => refuse.has(sender)))
		return { ok: false, reason: "refused-sender", message: "This sequencer does not serve one of its senders" };
	return { ok: true, bundle: { id: bytesToHex(bundleHash(legs)), legs: read.legs } };
}
