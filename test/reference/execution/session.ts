/** what tags ask for before anything runs. */
import { keccak256 } from "ethers";
import type { Transaction } from "./transaction.ts";

const MAX_DELIVERIES = 64;

export interface Leg {
	readonly chainId: number;
	readonly transaction: Transaction;
}

const u64 = (value: number | bigint): string => BigInt(value).toString(16).padStart(16, "0");

/** the first 24 bytes of the session that these bound legs make, as hex digits. */
function sessionOf(legs: readonly Leg[]): string {
	const parties = legs.map(
		({ chainId, transaction: { sender, tx } }) => u64(chainId) + sender.slice(2) + u64(tx.nonce),
	);
	return keccak256(`0x10${parties.join("")}`).slice(2, 2 + 48);
}

/** */
export const tooManyTags = ({ transaction: { tags } }: Leg): boolean =>
	tags.bound.length + tags.helper.length > 1 || tags.delivery.length > MAX_DELIVERIES;

/** X-8; of a transaction that stands alone, X-9: it has no session but its own, and nobody's help. */
export function sessionsHold(legs: readonly Leg[], alone: boolean): boolean {
	const sessions = new Set(legs.flatMap(({ transaction }) => transaction.tags.bound));
	const helped = legs.flatMap(({ transaction }) => transaction.tags.helper);
	if (alone && helped.length > 0) return false;
	const bound = (session: string) => legs.filter(({ transaction }) => transaction.tags.bound.includes(session));
	return (
		[...sessions].every((session) => sessionOf(bound(session)) === session) && helped.every((one) => sessions.has(one))
	);
}
