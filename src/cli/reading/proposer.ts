/** What `meridian proposer status` does, and the registry as all of its commands see it. */
import { readDelegate, readDelegation, readOracleOf } from "../../l1/beacon/registry.ts";
import { httpTransport } from "../../l1/rpc.ts";
import { parseAddress } from "../../node/connect.ts";
import { ZERO_ADDRESS } from "../../primitives/bytes.ts";
import type { Address } from "../../primitives/types.ts";
import { createOutput } from "../output.ts";
import { tableLines } from "../table.ts";
import { firstContact, interruptible } from "./open.ts";
import { type OracleReader, withOracle } from "./oracle.ts";
import type { L1OnlyFlags } from "./oracle-flags.ts";

export interface RegistryFlags extends L1OnlyFlags {
	readonly registry: string;
}

export interface ProposerStatusFlags extends RegistryFlags {
	readonly validator: readonly number[];
}

export interface RegistryReader extends OracleReader {
	readonly registry: Address;
}

/** How far ahead a delegate can be known. */
const EPOCHS_AHEAD = 2;

/** Throws as `withOracle`, and `usage` (`no-registry`). The oracle is the registry's own. */
export async function withRegistry(
	flags: RegistryFlags,
	work: (reader: RegistryReader) => Promise<void>,
): Promise<void> {
	const registry = parseAddress(flags.registry, "proposer registry");
	let oracle: Address = ZERO_ADDRESS;
	await interruptible(async (signal) => {
		const rpc = httpTransport(flags.l1);
		const output = createOutput({ json: flags.json });
		oracle = await firstContact(() => readOracleOf(rpc, registry), flags.giveUp, output, signal);
	});
	await withOracle({ ...flags, oracle }, (reader) => work({ ...reader, registry }));
}

export async function status(flags: ProposerStatusFlags): Promise<void> {
	await withRegistry(flags, async (reader) => {
		const { currentEpoch, output } = reader;
		const validators = [];
		for (const validatorIndex of flags.validator) validators.push(await statusOf(reader, validatorIndex));
		const rows = validators.map(({ delegates, named, nonce, validatorIndex }) => ({
			validatorIndex,
			...Object.fromEntries(
				delegates.map((delegate, ahead) => [`epoch ${currentEpoch + ahead}`, delegate ?? "nobody"]),
			),
			named: named ?? "nobody",
			nonce,
		}));
		for (const line of tableLines(rows)) output.line(line);
		output.result({ epoch: currentEpoch, validators });
	});
}

async function statusOf({ currentEpoch, registry, rpc }: RegistryReader, validatorIndex: number) {
	const epochs = Array.from({ length: EPOCHS_AHEAD + 1 }, (_, ahead) => currentEpoch + ahead);
	const [delegates, { named, nonce }] = await Promise.all([
		Promise.all(epochs.map((epoch) => readDelegate(rpc, registry, validatorIndex, epoch))),
		readDelegation(rpc, registry, validatorIndex),
	]);
	return { validatorIndex, delegates: delegates.map(nullIfNone), named: nullIfNone(named), nonce };
}

const nullIfNone = (address: Address): Address | null => (address === ZERO_ADDRESS ? null : address);
