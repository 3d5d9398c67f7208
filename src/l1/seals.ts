/** What `ProposerRights` and `StakedSequencerSet` say of epochs. Answers of the node are taken as they are. */
import { Interface, type Result } from "ethers";
import { PROPOSER_RIGHTS_ABI, STAKED_SET_ABI } from "../primitives/abi.ts";
import { ZERO_ADDRESS } from "../primitives/bytes.ts";
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Address } from "../primitives/types.ts";
import type { RpcTransport } from "./rpc.ts";

export const PROPOSER_RIGHTS = new Interface(PROPOSER_RIGHTS_ABI);
export const STAKED_SET = new Interface(STAKED_SET_ABI);

/** Whose word the rights take: the oracle's, and the staked set's if there is one. Throws `usage` (`no-rights`). */
export async function readRightsSources(
	rpc: RpcTransport,
	rights: Address,
): Promise<{ readonly oracle: Address; readonly stakedSet: Address | null }> {
	const [oracle, stakedSet] = await Promise.all(
		["ORACLE", "STAKED_SET"].map(async (name) => addressIn(await askRights(rpc, rights, name, []))),
	);
	return { oracle: oracle ?? ZERO_ADDRESS, stakedSet: stakedSet === ZERO_ADDRESS ? null : (stakedSet ?? null) };
}

/** Whose mixes the set draws by. Throws `usage` (`no-staked-set`). */
export async function readSetOracle(rpc: RpcTransport, set: Address): Promise<Address> {
	return addressIn(await askSet(rpc, set, "oracle", []));
}

/** R-12; of the last 510 epochs. */
export async function isSealed(rpc: RpcTransport, rights: Address, epoch: number): Promise<boolean> {
	return Boolean((await askRights(rpc, rights, "sealOf", [epoch]))[0]);
}

/** K-5. Null: not drawn, or nobody could be. */
export async function readDrawn(rpc: RpcTransport, set: Address, epoch: number): Promise<Address | null> {
	const sequencer = addressIn(await askSet(rpc, set, "sequencerOf", [epoch]));
	return sequencer === ZERO_ADDRESS ? null : sequencer;
}

/** Whether any pool weighs anything in an epoch, which must not be over. */
export async function isStakeActive(rpc: RpcTransport, set: Address, epoch: number): Promise<boolean> {
	const [seats] = await askSet(rpc, set, "seats", []);
	for (const holder of seats as readonly string[]) {
		// Seats are taken from the first on and never given up.
		if (holder === ZERO_ADDRESS) return false;
		if (BigInt((await askSet(rpc, set, "weightOf", [holder, epoch]))[0]) > 0n) return true;
	}
	return false;
}

const addressIn = (result: Result): Address => String(result[0]).toLowerCase() as Address;

const askRights = (rpc: RpcTransport, rights: Address, name: string, parameters: readonly unknown[]): Promise<Result> =>
	ask(rpc, PROPOSER_RIGHTS, rights, name, parameters);

const askSet = (rpc: RpcTransport, set: Address, name: string, parameters: readonly unknown[]): Promise<Result> =>
	ask(rpc, STAKED_SET, set, name, parameters);

async function ask(
	rpc: RpcTransport,
	abi: Interface,
	to: Address,
	name: string,
	parameters: readonly unknown[],
): Promise<Result> {
	try {
		const data = abi.encodeFunctionData(name, [...parameters]);
		return abi.decodeFunctionResult(name, String(await rpc.request("eth_call", [{ to, data }, "latest"])));
	} catch (cause) {
		// A node that does not answer says nothing about the contract.
		if (isMeridianError(cause) && !/revert/i.test(cause.message)) throw cause;
		const [code, what, flag] =
			abi === STAKED_SET
				? ["no-staked-set", "is no staked set", "--staked-set"]
				: ["no-rights", "are no rights of L1's proposers", "--rights"];
		throw new MeridianError("usage", code, `There ${what} at ${to}`, { hint: `check ${flag}` }, { cause });
	}
}
