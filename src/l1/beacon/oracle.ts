/** What a `LookaheadOracle` says of itself and of epochs. Answers of the node are taken as they are. */
import { Interface, type Result } from "ethers";
import { LOOKAHEAD_ORACLE_ABI } from "../../primitives/abi.ts";
import { bytesToHex, bytesToUint, uintToBytes } from "../../primitives/bytes.ts";
import { isMeridianError, MeridianError } from "../../primitives/errors.ts";
import type { Address, Hash32, Hex } from "../../primitives/types.ts";
import { hexOf } from "../json.ts";
import type { RpcTransport } from "../rpc.ts";
import type { Layout } from "./types.ts";

/** When the beacon chain's slots are, as the oracle was told. */
export interface OracleClock {
	/** Seconds. */
	readonly genesisTime: number;
	readonly slotSeconds: number;
	readonly slotsPerEpoch: number;
}

export const LOOKAHEAD_ORACLE = new Interface(LOOKAHEAD_ORACLE_ABI);
const BEACON_ROOTS: Address = "0x000f3df6d732807ef1319fb7b8bb8522d0beac02";

/** Throws `usage` (`no-oracle`) if there is no such contract at the address. */
export async function readOracleClock(rpc: RpcTransport, oracle: Address): Promise<OracleClock> {
	const [genesisTime, slotSeconds, slotsPerEpoch] = await Promise.all(
		["BEACON_GENESIS_TIME", "SLOT_SECONDS", "SLOTS_PER_EPOCH"].map(async (name) =>
			Number((await ask(rpc, oracle, name, []))[0]),
		),
	);
	return { genesisTime: genesisTime ?? 0, slotSeconds: slotSeconds ?? 0, slotsPerEpoch: slotsPerEpoch ?? 0 };
}

export const epochOf = ({ slotsPerEpoch }: OracleClock, slot: number): number => Math.floor(slot / slotsPerEpoch);
export const slotAt = ({ genesisTime, slotSeconds }: OracleClock, time: number): number =>
	Math.floor((time - genesisTime) / slotSeconds);
export const startOf = ({ genesisTime, slotSeconds }: OracleClock, slot: number): number =>
	genesisTime + slot * slotSeconds;

/** Where states of that epoch keep things. Throws `halt` (`unknown-layout`) if the oracle does not know. */
export async function readLayout(rpc: RpcTransport, oracle: Address, epoch: number): Promise<Layout> {
	const [layout] = await ask(rpc, oracle, "layoutAt", [epoch]);
	if (layout.lookahead === 0n)
		throw new MeridianError(
			"halt",
			"unknown-layout",
			`The oracle ${oracle} has no layout for epoch ${epoch}: nothing can be proved to it`,
			{
				hint: "its keeper must add the fork's layout; until then rights fall to the next module",
			},
		);
	const { forkVersion, fromEpoch, lookahead, randao, validators, version } = layout;
	return { fromEpoch: Number(fromEpoch), version, forkVersion, lookahead, validators, randao };
}

/** Validator indices, slot by slot; null if the epoch is not recorded. */
export async function readProposers(
	rpc: RpcTransport,
	oracle: Address,
	epoch: number,
): Promise<readonly number[] | null> {
	const [indices] = await ask(rpc, oracle, "proposersOf", [epoch]);
	return indices.length === 0 ? null : indices.map(Number);
}

/** Whether the mix of an epoch is recorded. */
export async function isMixRecorded(rpc: RpcTransport, oracle: Address, epoch: number): Promise<boolean> {
	return BigInt((await ask(rpc, oracle, "mixOf", [epoch]))[0]) !== 0n;
}

/** The beacon block root that EIP-4788 has for a timestamp; null if it has none. */
export async function readBeaconRoot(rpc: RpcTransport, timestamp: number): Promise<Hash32 | null> {
	const data = bytesToHex(uintToBytes(timestamp, 32));
	try {
		const root = hexOf(await rpc.request("eth_call", [{ to: BEACON_ROOTS, data }, "latest"]), "The beacon root", 32);
		return bytesToUint(Buffer.from(root.slice(2), "hex")) === 0n ? null : root;
	} catch (error) {
		if (isMeridianError(error) && (error.code === "rpc-error" || error.code === "malformed")) return null;
		throw error;
	}
}

async function ask(rpc: RpcTransport, oracle: Address, name: string, parameters: readonly unknown[]): Promise<Result> {
	const data = LOOKAHEAD_ORACLE.encodeFunctionData(name, [...parameters]) as Hex;
	const answer = await rpc.request("eth_call", [{ to: oracle, data }, "latest"]);
	try {
		return LOOKAHEAD_ORACLE.decodeFunctionResult(name, String(answer));
	} catch (cause) {
		throw new MeridianError(
			"usage",
			"no-oracle",
			`There is no lookahead oracle at ${oracle}`,
			{ hint: "check --oracle" },
			{ cause },
		);
	}
}
