/** What `meridian bond show` does, and a slasher as all of its commands see it. */
import { formatEther } from "ethers";
import { type Bonds, readBonds } from "../../l1/cover.ts";
import { httpTransport, type RpcTransport } from "../../l1/rpc.ts";
import { parseAddress } from "../../node/connect.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address } from "../../primitives/types.ts";
import { createOutput, type Output } from "../output.ts";
import { firstContact, interruptible } from "./open.ts";
import type { L1OnlyFlags } from "./oracle-flags.ts";

export interface BondFlags extends L1OnlyFlags {
	readonly slasher: string;
}

export interface BondShowFlags extends BondFlags {
	readonly sequencer: string;
}

export interface BondReader {
	readonly rpc: RpcTransport;
	readonly slasher: Address;
	readonly output: Output;
	readonly signal: AbortSignal;
	/** Throws `usage` (`no-slasher`). */
	bonds(sequencer: Address): Promise<Bonds>;
}

/** Throws `usage` (`bad-address`), `retry` (`l1-silent`). */
export async function withSlasher(flags: BondFlags, work: (reader: BondReader) => Promise<void>): Promise<void> {
	const output = createOutput({ json: flags.json });
	const slasher = parseAddress(flags.slasher, "slasher");
	await interruptible(async (signal) => {
		const rpc = httpTransport(flags.l1);
		const bonds = async (sequencer: Address): Promise<Bonds> => {
			const found = await firstContact(() => readBonds(rpc, slasher, sequencer), flags.giveUp, output, signal);
			if (found !== null) return found;
			throw new MeridianError("usage", "no-slasher", `There is no PreconfSlasher at ${slasher}`, {
				hint: "give the address that the timeline's deployment has printed; receipts name it, too",
			});
		};
		await work({ rpc, slasher, output, signal, bonds });
	});
}

export async function show(flags: BondShowFlags): Promise<void> {
	const sequencer = parseAddress(flags.sequencer, "sequencer");
	await withSlasher(flags, async ({ bonds, output, slasher }) => {
		const { bond, challengeWindow, exitDelay, inbox, leavesAt, livenessFee, penalty } = await bonds(sequencer);
		const leaving = leavesAt === 0n ? "not leaving" : `may be taken after L1 time ${leavesAt}`;
		output.line(`bond       ${formatEther(bond)} ETH, ${leaving}`);
		output.line(`a fault    costs ${formatEther(penalty)} ETH, an omission ${formatEther(livenessFee)}`);
		output.line(`leaving    takes ${exitDelay + challengeWindow} s, ${challengeWindow} of them for evidence`);
		output.line(`timeline   ${inbox}`);
		const amounts = { bond: bond.toString(), penalty: penalty.toString(), livenessFee: livenessFee.toString() };
		const times = {
			leavesAt: Number(leavesAt),
			exitDelay: Number(exitDelay),
			challengeWindow: Number(challengeWindow),
		};
		output.result({ sequencer, slasher, inbox, ...amounts, ...times });
	});
}
