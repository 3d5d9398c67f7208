/** What a `ProposerRegistry` says of validators. Answers of the node are taken as they are. */
import { Interface, type Result } from "ethers";
import { PROPOSER_REGISTRY_ABI } from "../../primitives/abi.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address } from "../../primitives/types.ts";
import type { RpcTransport } from "../rpc.ts";
import type { SigningContext } from "./binding.ts";

export const PROPOSER_REGISTRY = new Interface(PROPOSER_REGISTRY_ABI);

export interface Delegation {
	/** Whom the validator has named and who has not accepted yet; zero if none. */
	readonly named: Address;
	/** For the next signature by the validator's key. */
	readonly nonce: number;
}

/** Throws `usage` (`no-registry`) if there is no such contract at the address; so do all of these. */
export async function readOracleOf(rpc: RpcTransport, registry: Address): Promise<Address> {
	return lower((await ask(rpc, registry, "ORACLE", []))[0]);
}

export async function readDelegation(
	rpc: RpcTransport,
	registry: Address,
	validatorIndex: number,
): Promise<Delegation> {
	const [named, nonce] = await Promise.all(
		["namedBy", "nonceOf"].map(async (name) => (await ask(rpc, registry, name, [validatorIndex]))[0]),
	);
	return { named: lower(named), nonce: Number(nonce) };
}

/** Effective in the epoch, which is at most two after the current one; zero if none. */
export async function readDelegate(
	rpc: RpcTransport,
	registry: Address,
	validatorIndex: number,
	epoch: number,
): Promise<Address> {
	return lower((await ask(rpc, registry, "delegateOf", [validatorIndex, epoch]))[0]);
}

export async function readSigningContext(rpc: RpcTransport, registry: Address): Promise<SigningContext> {
	const [signingId, domain] = await Promise.all(
		["SIGNING_ID", "DOMAIN"].map(async (name) => (await ask(rpc, registry, name, []))[0]),
	);
	return { signingId, domain };
}

const lower = (address: unknown): Address => String(address).toLowerCase() as Address;

async function ask(
	rpc: RpcTransport,
	registry: Address,
	name: string,
	parameters: readonly unknown[],
): Promise<Result> {
	const data = PROPOSER_REGISTRY.encodeFunctionData(name, [...parameters]);
	const answer = await rpc.request("eth_call", [{ to: registry, data }, "latest"]);
	try {
		return PROPOSER_REGISTRY.decodeFunctionResult(name, String(answer));
	} catch (cause) {
		throw new MeridianError(
			"usage",
			"no-registry",
			`There is no proposer registry at ${registry}`,
			{ hint: "check --registry" },
			{ cause },
		);
	}
}
