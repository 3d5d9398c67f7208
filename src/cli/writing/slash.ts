/** What `meridian slash` does. */
import { formatEther, Interface } from "ethers";
import type { Receipt } from "../../codec/receipt.ts";
import { bondOf } from "../../l1/cover.ts";
import { type Evidence, encodeSlash } from "../../l1/evidence.ts";
import { httpTransport, type RpcTransport } from "../../l1/rpc.ts";
import { parseAddress } from "../../node/connect.ts";
import { findFault, type Judgement } from "../../node/fault.ts";
import { SLASHER_ABI } from "../../primitives/abi.ts";
import { ZERO_ADDRESS } from "../../primitives/bytes.ts";
import { isMeridianError, MeridianError } from "../../primitives/errors.ts";
import type { Address } from "../../primitives/types.ts";
import { explainRevert } from "../../sequencer/reverts.ts";
import { EXIT } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";
import { connect, firstContact, interruptible } from "../reading/open.ts";
import { goodReceipt } from "../reading/receipt.ts";
import { plural } from "../reading/text.ts";
import type { PayFlags } from "./flags.ts";
import { openPayer, type Payer } from "./payer.ts";
import { minedEvent } from "./receipts.ts";

export interface SlashFlags extends PayFlags {
	/** A file; `-` for stdin. */
	readonly receipt: string;
	/** Files. */
	readonly other?: readonly string[];
	readonly slasher?: string;
	readonly send: boolean;
}

type Broken = Extract<Judgement, { kind: "broken" }>;

const slashing = new Interface(SLASHER_ABI);

/** Exit code 0 if the promise is broken and L1 takes the evidence, 1 if there is nothing to show. Throws as `findFault` and `openPayer`. */
export async function slash(flags: SlashFlags): Promise<void> {
	const output = createOutput({ json: flags.json });
	const receipt = await goodReceipt(flags.receipt);
	const others: Receipt[] = [];
	for (const path of flags.other ?? []) others.push(await goodReceipt(path));
	checkSlasher(receipt.slasher, flags.slasher);
	await interruptible(async (signal) => {
		const { source } = await connect(flags, output, signal);
		const rpc = httpTransport(flags.l1);
		const payer = flags.send ? await openPayer(flags.key, rpc, output, signal) : null;
		if ((await firstContact(() => bondOf(rpc, receipt), flags.giveUp, output, signal)) === null)
			throw new MeridianError(
				"usage",
				"no-slasher",
				`There is no PreconfSlasher of the timeline ${receipt.timeline} at ${receipt.slasher}, which the receipt names`,
			);
		const judgement = await findFault({ source, rpc, receipt, others, signal, onBlock: progress(output) });
		const { kind, what, window } = judgement;
		const slots = window.lastSlot - window.firstSlot + 1;
		output.line(`tick ${receipt.tick} is of ${receipt.sequencer}, ${plural(slots, "slot")} up to ${window.lastSlot}`);
		if (kind !== "broken") {
			output.line(`${kind}: ${what}`);
			output.result({ kind, what, window });
			process.exitCode = EXIT.failed;
			return;
		}
		output.line(`${output.colors.red("broken")} (${judgement.fault}): ${what}`);
		await show(judgement, { output, rpc, payer, slasher: receipt.slasher });
	});
}

function checkSlasher(named: Address, given: string | undefined): void {
	if (given === undefined || parseAddress(given, "slasher") === named) return;
	throw new MeridianError("usage", "other-slasher", `The receipt names the slasher ${named}, not ${given}`, {
		hint: "a receipt for another slasher than the timeline's is worth nothing",
	});
}

/** Most promises are looked for in a few blocks; a person is told only if it is many. */
function progress(output: Output): (number: number, last: number) => void {
	let looked = 0;
	return (number, last) => {
		if (++looked % 1_000 === 0) output.note(`L1 block ${number} of ${last}`);
	};
}

interface Court {
	readonly output: Output;
	readonly rpc: RpcTransport;
	/** Null: nothing is sent. */
	readonly payer: Payer | null;
	readonly slasher: Address;
}

async function show({ evidence, fault, what, window }: Broken, court: Court): Promise<void> {
	const { output, payer } = court;
	const asked = await ask(evidence, court);
	const result = { kind: "broken", fault, what, window, evidence };
	if ("refusal" in asked) {
		const { hint, message } = asked.refusal;
		output.line(`and cannot be shown: ${message}${hint === null ? "" : `; ${hint}`}`);
		output.result({ ...result, accepted: false, refusal: message });
		process.exitCode = EXIT.failed;
		return;
	}
	const { amount } = asked;
	if (payer === null) {
		output.line(`L1 takes the evidence: it costs the sequencer ${formatEther(amount)} ETH; --send shows it`);
		output.result({ ...result, accepted: true, amount: amount.toString() });
		return;
	}
	const mined = await payer.call(court.slasher, slashing, "slash", [evidence]);
	const { args } = await minedEvent(court.rpc.request, mined, court.slasher, slashing, "Slashed");
	output.line(`slashed: ${formatEther(args.amount)} ETH are taken, ${formatEther(args.reward)} of them are yours`);
	output.line(`L1 block ${mined.blockNumber}, ${mined.gasUsed} gas, transaction ${mined.hash}`);
	const [taken, reward] = [String(args.amount), String(args.reward)];
	const { blockNumber: l1Block, hash } = mined;
	output.result({ ...result, accepted: true, amount: taken, reward, hash, l1Block, gasUsed: Number(mined.gasUsed) });
}

type Asked =
	/** Wei. */
	{ readonly amount: bigint } | { readonly refusal: { readonly message: string; readonly hint: string | null } };

/** What the contract says to it at L1's head. Throws what the transport throws. */
async function ask(evidence: Evidence, { payer, rpc, slasher }: Court): Promise<Asked> {
	const call = { from: payer?.account.address ?? ZERO_ADDRESS, to: slasher, data: encodeSlash(evidence) };
	try {
		const answer = String(await rpc.request("eth_call", [call, "latest"]));
		return { amount: slashing.decodeFunctionResult("slash", answer).amount };
	} catch (error) {
		const reason = explainRevert(error);
		if (!isMeridianError(reason) || (reason.code !== "reverted" && reason.code !== "rpc-error")) throw error;
		return { refusal: { message: reason.message, hint: (reason.details.hint as string | undefined) ?? null } };
	}
}
