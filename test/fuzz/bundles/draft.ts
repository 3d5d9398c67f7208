/** Bundles in the making: legs whose sessions, nonces and data are settled together, then signed. */
import { keccak256 } from "ethers";
import type { Address, Hash32, Hex, RollupId } from "../../../src/primitives/types.ts";
import { GWEI, signTx, type TestAccount, type TxRequest } from "../../helpers/execute/accounts.ts";
import { MAILBOX, mailboxAbi, tag } from "./contracts.ts";
import { chainIdOf, PAUPER, rollupOf, type World } from "./world.ts";

export interface DraftLeg {
	readonly rollupId: RollupId;
	readonly from: TestAccount;
	readonly to: Address;
	readonly gas: number;
	/** Of the sessions by name: a helper must name the one it helps. */
	readonly data: Hex | ((sessions: ReadonlyMap<string, Hash32>) => Hex);
	readonly value?: bigint;
	readonly feeCap?: bigint;
	readonly chainId?: number;
	readonly nonceOffset?: number;
	/** Name of the session that it is bound to, or helps. */
	readonly bound?: string;
	readonly helper?: string;
	readonly deliveries?: readonly Hash32[];
	/** More storage keys of the mailbox. */
	readonly keys?: readonly Hash32[];
	/** In place of a signed transaction. */
	readonly raw?: Uint8Array;
}

export interface SignedLeg {
	readonly rollupId: RollupId;
	readonly rawTx: Uint8Array;
	readonly gas: number;
	/** The session that it is bound to, as named by its tag. */
	readonly bound: Hash32 | null;
}

const ZERO: Address = `0x${"0".repeat(40)}`;

const key = (rollupId: RollupId, from: TestAccount): string => `${rollupId} ${from.address}`;

/** */
function sessionId(parties: readonly { chainId: number; sender: Address; nonce: bigint }[]): Hash32 {
	const u64 = (value: number | bigint): string => BigInt(value).toString(16).padStart(16, "0");
	const joined = parties.map(({ chainId, sender, nonce }) => `${u64(chainId)}${sender.slice(2)}${u64(nonce)}`).join("");
	return keccak256(`0x10${joined}`) as Hash32;
}

async function noncesOf(world: World, legs: readonly DraftLeg[]): Promise<bigint[]> {
	const next = new Map<string, bigint>();
	const nonces: bigint[] = [];
	for (const { rollupId, from, nonceOffset = 0, raw } of legs) {
		const at = key(rollupId, from);
		const nonce = next.get(at) ?? (await rollupOf(world, rollupId)?.nonce(from.address)) ?? 0n;
		nonces.push(nonce + BigInt(nonceOffset));
		if (raw === undefined && nonceOffset === 0) next.set(at, nonce + 1n);
	}
	return nonces;
}

/** Signs the legs in the order in which they will run, from the state as it is now. */
export async function sign(world: World, legs: readonly DraftLeg[]): Promise<SignedLeg[]> {
	const nonces = await noncesOf(world, legs);
	const sessions = new Map<string, Hash32>();
	for (const name of new Set(legs.flatMap(({ bound }) => bound ?? []))) {
		const parties = legs.flatMap(({ bound, rollupId, from, chainId = chainIdOf(world, rollupId) }, i) =>
			bound === name ? [{ chainId, sender: from.address, nonce: nonces[i] ?? 0n }] : [],
		);
		sessions.set(name, sessionId(parties));
	}
	return legs.map((leg, i) => signed(world, leg, { nonce: nonces[i] ?? 0n, sessions }));
}

function signed(
	world: World,
	leg: DraftLeg,
	{ nonce, sessions }: { nonce: bigint; sessions: ReadonlyMap<string, Hash32> },
): SignedLeg {
	const { rollupId, from, to, gas, value = 0n, feeCap = 100n * GWEI, deliveries = [], keys = [] } = leg;
	const session = leg.bound === undefined ? null : (sessions.get(leg.bound) ?? null);
	const helped = leg.helper === undefined ? null : (sessions.get(leg.helper) ?? (keccak256("0x00") as Hash32));
	const slots = [
		...(session === null ? [] : [tag("bond", session)]),
		...(helped === null ? [] : [tag("help", helped)]),
		...deliveries.map((id) => tag("dlvr", id)),
		...keys,
	];
	const dice = world.random.below(20);
	// An access list needs a type that has one; a delegation to nobody changes nothing but its signer's nonce.
	const type = dice === 0 ? 4 : dice < 7 ? 1 : dice < 9 && slots.length === 0 ? 0 : 2;
	const nobody = { chainId: 0n, address: ZERO, nonce: 0n, by: PAUPER };
	const limit = gas + 1_900 * slots.length + 2_400 + (type === 4 ? 25_000 : 0);
	const request: TxRequest = {
		type,
		chainId: leg.chainId ?? chainIdOf(world, rollupId),
		nonce,
		gas: limit,
		...(type === 4 ? { authorizations: [nobody] } : {}),
		feeCap,
		tip: feeCap < GWEI ? 0n : GWEI,
		to,
		value,
		data: typeof leg.data === "string" ? leg.data : leg.data(sessions),
		accessList: slots.length === 0 ? [] : ([[MAILBOX, slots]] as const),
	};
	const rawTx = leg.raw ?? signTx(from, request);
	return { rollupId, rawTx, gas: limit, bound: leg.raw === undefined ? session : null };
}

/** Data of a helper's call, for the session that it helps. */
export const helping =
	(name: string, method: "fill" | "serve", list: unknown) =>
	(sessions: ReadonlyMap<string, Hash32>): Hex =>
		mailboxAbi.encodeFunctionData(method, [sessions.get(name) ?? keccak256("0x00"), list]) as Hex;
