/** What `meridian bond add`, `leave`, `stay` and `take` do. */
import { formatEther, Interface } from "ethers";
import { parseAddress } from "../../node/connect.ts";
import { SLASHER_ABI } from "../../primitives/abi.ts";
import type { Address } from "../../primitives/types.ts";
import type { L1Receipt } from "../../sequencer/l1-account.ts";
import { type BondFlags, type BondReader, withSlasher } from "../reading/bond.ts";
import { parseAmount } from "./amount.ts";
import { openPayer } from "./payer.ts";

export interface BondPayFlags extends BondFlags {
	readonly key?: string;
}

export interface BondAddFlags extends BondPayFlags {
	readonly amount: string;
	readonly sequencer?: string;
}

export interface BondTakeFlags extends BondPayFlags {
	readonly to?: string;
}

const slashing = new Interface(SLASHER_ABI);

export async function add(flags: BondAddFlags): Promise<void> {
	const wei = parseAmount(flags.amount);
	const named = flags.sequencer === undefined ? null : parseAddress(flags.sequencer, "sequencer");
	await withSlasher(flags, async (reader) => {
		const payer = await openPayer(flags.key, reader.rpc, reader.output, reader.signal);
		const sequencer = named ?? payer.account.address;
		await reader.bonds(sequencer);
		const mined = await payer.call(reader.slasher, slashing, "add", [sequencer], wei);
		await tell(reader, sequencer, "add", mined, ({ bond }) => `the bond of ${sequencer} is ${formatEther(bond)} ETH`);
	});
}

export const leave = (flags: BondPayFlags): Promise<void> =>
	own(
		flags,
		"startLeaving",
		({ leavesAt }) => `the bond leaves; it may be taken after L1 time ${leavesAt} (meridian bond take)`,
	);

export const stay = (flags: BondPayFlags): Promise<void> => own(flags, "stay", () => "the bond stays");

/** To the sequencer itself, unless said otherwise. */
export async function take(flags: BondTakeFlags): Promise<void> {
	const to = flags.to === undefined ? null : parseAddress(flags.to, "recipient");
	await own(
		flags,
		"take",
		() => `the bond is taken${to === null ? "" : `, to ${to}`}`,
		(sequencer) => [to ?? sequencer],
	);
}

type State = Awaited<ReturnType<BondReader["bonds"]>>;

async function own(
	flags: BondPayFlags,
	name: string,
	words: (after: State) => string,
	parameters: (sequencer: Address) => readonly unknown[] = () => [],
): Promise<void> {
	await withSlasher(flags, async (reader) => {
		const payer = await openPayer(flags.key, reader.rpc, reader.output, reader.signal);
		const { address } = payer.account;
		await reader.bonds(address);
		const mined = await payer.call(reader.slasher, slashing, name, parameters(address));
		await tell(reader, address, name, mined, words);
	});
}

async function tell(
	{ bonds, output }: BondReader,
	sequencer: Address,
	action: string,
	{ blockNumber, gasUsed, hash }: L1Receipt,
	words: (after: State) => string,
): Promise<void> {
	const after = await bonds(sequencer);
	output.line(words(after));
	output.line(`L1 block ${blockNumber}, ${gasUsed} gas, transaction ${hash}`);
	const { bond, leavesAt } = after;
	const state = { sequencer, bond: bond.toString(), leavesAt: Number(leavesAt) };
	output.result({ action, ...state, hash, l1Block: blockNumber, gasUsed: Number(gasUsed) });
}
