/** What `meridian lookahead prove` and `show` do. */
import { readProposers, startOf } from "../../l1/beacon/oracle.ts";
import { readDelegate } from "../../l1/beacon/registry.ts";
import { parseAddress } from "../../node/connect.ts";
import { ZERO_ADDRESS } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import { tableLines } from "../table.ts";
import { type OracleReader, proverFor, withOracle } from "./oracle.ts";
import type { OracleFlags, ProveFlags } from "./oracle-flags.ts";

export interface LookaheadProveFlags extends ProveFlags {
	readonly validator?: readonly number[];
}

export interface LookaheadShowFlags extends OracleFlags {
	readonly epoch?: number;
	readonly registry?: string;
}

/** Prints the proofs as JSON, with or without `--json`: there is nothing else to say. */
export async function prove(flags: LookaheadProveFlags): Promise<void> {
	await withOracle(flags, async (reader) => {
		const { mix, validator = [] } = flags;
		const epoch = flags.epoch ?? (mix === undefined && validator.length === 0 ? reader.currentEpoch + 1 : null);
		const prover = await proverFor(reader, flags.beacon, epoch, validator);
		const result = {
			oracle: reader.oracle,
			state: prover.state,
			...(epoch === null ? {} : { lookahead: withoutState(lookaheadOf(prover, epoch)) }),
			...(mix === undefined ? {} : { mix: withoutState(prover.mix(mix)) }),
			...(validator.length === 0
				? {}
				: { validators: validator.map((index) => withoutState(prover.validator(index))) }),
		};
		if (!flags.json) reader.output.line(JSON.stringify(result, null, 2));
		reader.output.result(result);
	});
}

const withoutState = <Proof extends { readonly state: unknown }>({ state: _, ...proof }: Proof): Omit<Proof, "state"> =>
	proof;

type Prover = Awaited<ReturnType<typeof proverFor>>;

/** Throws `usage` (`epoch-missed`) if the state is of neither the epoch nor the one before it. */
export function lookaheadOf(prover: Prover, epoch: number): ReturnType<Prover["lookahead"]> {
	const own = prover.lookahead(0);
	if (own.epoch === epoch) return own;
	if (own.epoch === epoch - 1) return prover.lookahead(1);
	throw new MeridianError(
		"usage",
		"epoch-missed",
		`No block of epoch ${epoch} or the one before it is known to prove from: they were all missed`,
	);
}

export async function show(flags: LookaheadShowFlags): Promise<void> {
	const registry = flags.registry === undefined ? null : parseAddress(flags.registry, "proposer registry");
	await withOracle(flags, async (reader) => {
		const epoch = flags.epoch ?? reader.currentEpoch;
		const slots = await slotsOf(reader, epoch, registry);
		for (const line of tableLines(slots.map(({ time: _, ...row }) => row))) reader.output.line(line);
		reader.output.result({ epoch, slots });
	});
}

async function slotsOf(
	{ clock, currentEpoch, oracle, rpc }: OracleReader,
	epoch: number,
	registry: `0x${string}` | null,
) {
	const proposers = await readProposers(rpc, oracle, epoch);
	if (proposers === null)
		throw new MeridianError(
			"usage",
			"not-published",
			`The proposers of epoch ${epoch} are not recorded; L1 is in epoch ${currentEpoch}`,
			{
				hint: "meridian lookahead publish records them; the oracle keeps 64 epochs",
			},
		);
	const delegates = new Map<number, string | null>();
	if (registry !== null)
		for (const validator of new Set(proposers)) {
			const delegate = await readDelegate(rpc, registry, validator, epoch);
			delegates.set(validator, delegate === ZERO_ADDRESS ? null : delegate);
		}
	return proposers.map((validatorIndex, place) => {
		const slot = epoch * clock.slotsPerEpoch + place;
		const delegate = registry === null ? {} : { delegate: delegates.get(validatorIndex) ?? null };
		return { slot, time: startOf(clock, slot), validatorIndex, ...delegate };
	});
}
