/** What `meridian sequence` does: a sequencer for the windows of one key, until it is stopped. */
import { formatEther } from "ethers";
import { slotAt } from "../../derive/clock.ts";
import { openArchive } from "../../l1/archive.ts";
import { bondOf } from "../../l1/cover.ts";
import { blobSidecar } from "../../l1/kzg.ts";
import type { Window } from "../../l1/rights.ts";
import { httpTransport, type RpcTransport } from "../../l1/rpc.ts";
import { parseAddress } from "../../node/connect.ts";
import { ZERO_ADDRESS } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import { BLOB_BYTES } from "../../primitives/limits.ts";
import type { Address } from "../../primitives/types.ts";
import { createL1Account, type L1Account } from "../../sequencer/l1-account.ts";
import { servePromises } from "../../sequencer/preconf/server.ts";
import { createPromiseSigner } from "../../sequencer/preconf/signer.ts";
import { windowLeadOf } from "../../sequencer/windows/book.ts";
import { type Doing, followWindows, type WindowEvent } from "../../sequencer/windows/follow.ts";
import { type WindowPublication, WindowSequencer, type WindowSync } from "../../sequencer/windows/sequencer.ts";
import { createOutput, type Output } from "../output.ts";
import type { L1Flags } from "../reading/flags.ts";
import { connect, interruptible } from "../reading/open.ts";
import { type BlobProofFlags, wrapperVersionOf } from "./flags.ts";
import { readKey } from "./open.ts";

export interface SequenceFlags extends L1Flags, BlobProofFlags {
	readonly key?: string;
	readonly slasher: string;
	readonly journal: string;
	readonly port: number;
	readonly host: string;
	readonly lead?: number;
	readonly calldata: boolean;
}

const PROOFS = "L1 takes --blob-proofs cell since Osaka and --blob-proofs blob before; --calldata does without";

export async function sequence(flags: SequenceFlags): Promise<void> {
	const output = createOutput();
	const slasher = parseAddress(flags.slasher, "slasher");
	const wallet = readKey(flags.key, output);
	await interruptible(async (signal) => {
		const { source, timeline } = await connect(flags, output, signal);
		const rpc = httpTransport(flags.l1);
		const wrapperVersion = wrapperVersionOf(flags);
		const account = await createL1Account(rpc.request, wallet, { wrapperVersion });
		const handoverLead = await windowLeadOf(rpc, timeline.rights);
		await checkFunds(account);
		await checkBond(output, rpc, { slasher, timeline: timeline.inbox, sequencer: account.address });
		const one = await WindowSequencer.open({
			source,
			rpc,
			account,
			signer: createPromiseSigner(wallet.privateKey),
			slasher,
			journal: flags.journal,
			wrapperVersion,
			carrier: flags.calldata ? "calldata" : "cheapest",
			...(flags.archive === undefined ? {} : { archive: openArchive(flags.archive) }),
			lead: flags.lead ?? handoverLead,
		});
		try {
			output.note("deriving the timeline, to know what may come next");
			if (!flags.calldata) await warmUp(flags.blobProofs);
			const found = await one.sync();
			if (signal.aborted) return;
			syncLines(found).forEach(output.line);
			await serve(one, flags, output, signal);
		} finally {
			await one.close();
		}
	});
}

async function serve(one: WindowSequencer, flags: SequenceFlags, output: Output, signal: AbortSignal): Promise<void> {
	const server = await listen(one, flags);
	const kept = one.outstanding();
	output.line(`${one.address}: receipts at ${server.url}, journal ${flags.journal}, ${one.lead} s before each slot`);
	if (kept.length > 0) output.line(`the journal has promises of ticks ${kept.join(", ")} that L1 has not got yet`);
	if (!one.ownsAny()) output.note(`none of the slots known so far is of ${one.address}; it waits for one that is`);
	try {
		await followWindows(one, { signal, onEvent: createDisplay(one, output) });
	} finally {
		await server.close();
		const left = one.outstanding();
		if (left.length > 0)
			output.note(
				`promised and not on L1 yet: ticks ${left.join(", ")}; start again with the same journal before their window ends`,
			);
	}
}

async function listen(one: WindowSequencer, { host, port }: SequenceFlags) {
	try {
		return await servePromises({ promises: one.promises, host, port });
	} catch (cause) {
		const { code } = cause as { code?: string };
		const why = code === "EADDRINUSE" ? "something else listens there" : String(code ?? cause);
		throw new MeridianError("usage", "no-port", `Cannot take requests at ${host}:${port}: ${why}`, {}, { cause });
	}
}

/** The first proofs take seconds longer than all later ones: a window might be over by then. */
async function warmUp(proofs: SequenceFlags["blobProofs"]): Promise<void> {
	await blobSidecar(new Uint8Array(BLOB_BYTES), { cellProofs: proofs === "cell", blobProof: proofs === "blob" });
}

/** Whoever cannot publish must not promise. Throws `usage` (`l1-funds`). */
async function checkFunds(account: L1Account): Promise<void> {
	if ((await account.balance()) > 0n) return;
	throw new MeridianError("usage", "l1-funds", `The L1 account ${account.address} has no ETH to publish with`, {
		hint: "fund it, or set MERIDIAN_KEY to the key of the delegate",
	});
}

/** A receipt that no bond stands behind is worth little; its takers see that themselves (P-4). Throws `usage` (`no-slasher`). */
async function checkBond(output: Output, rpc: RpcTransport, who: Parameters<typeof bondOf>[1]): Promise<void> {
	const bonded = await bondOf(rpc, who);
	if (bonded === null)
		throw new MeridianError("usage", "no-slasher", `There is no PreconfSlasher of this timeline at ${who.slasher}`, {
			hint: "check --slasher and --inbox",
		});
	const { bond, leavesAt, penalty } = bonded;
	const lacks = `${formatEther(bond)} ETH, and a broken promise costs ${formatEther(penalty)}`;
	const why = bond < penalty ? `is ${lacks}` : leavesAt !== 0n ? "is leaving" : null;
	if (why !== null) output.note(`warning: the bond of ${who.sequencer} ${why}: its receipts are not covered`);
}

/** A line whenever something is published, whenever the windows change hands, and for each new trouble. */
function createDisplay(one: WindowSequencer, output: Output): (event: WindowEvent) => void {
	let owner: Address | null = null;
	const troubles = new Map<Doing, string>();
	return (event) => {
		if (event.kind === "trouble") {
			const line = troubleLine(event.error);
			if (troubles.get(event.doing) !== line) output.note(line);
			troubles.set(event.doing, line);
		} else if (event.kind === "publication") publicationLines(event.slot, event.publication).forEach(output.line);
		else if (event.kind === "l1") {
			if (troubles.delete("l1")) output.note("L1 can be read again");
			syncLines(event.sync).forEach(output.line);
			const window = one.book.windowAt(slotAt(one.sequencer.timeline.config, one.sequencer.safeState.l1.timestamp) + 1);
			if (window !== null && window.sequencer !== owner) output.line(windowLine(window, one.address));
			owner = window?.sequencer ?? null;
		}
	};
}

function troubleLine({ code, details, message }: MeridianError): string {
	const isCarrier = code === "l1-rejected" && details.blobs === true;
	return isCarrier ? `${message}. If it is the proofs: ${PROOFS}` : message;
}

function windowLine({ firstSlot, lastSlot, maxTick, minTick, sequencer }: Window, own: Address): string {
	const who = sequencer === own ? "ours" : sequencer === ZERO_ADDRESS ? "nobody's" : `of ${sequencer}`;
	return `slots ${firstSlot} to ${lastSlot}, ticks ${minTick} to ${maxTick}: ${who}`;
}

function syncLines({ broken, lapsed, mined, removedBlocks }: WindowSync): readonly string[] {
	const lines: string[] = [];
	if (removedBlocks > 0) lines.push(`L1 took back ${removedBlocks} blocks`);
	if (mined !== null) {
		const { firstTick, lastTick, receipt } = mined;
		const fate = receipt.success ? "are" : "REVERTED";
		lines.push(`ticks ${firstTick} to ${lastTick} ${fate} in L1 block ${receipt.blockNumber}`);
	}
	if (lapsed.length > 0) lines.push(`ticks ${lapsed.join(", ")} are lost: their window is over`);
	if (broken.length > 0) lines.push(`PROMISES of ticks ${broken.join(", ")} ARE NOT KEPT: L1 has not got them in time`);
	return lines;
}

function publicationLines(slot: number, publication: WindowPublication): readonly string[] {
	if (publication.kind !== "sent") return [];
	const { carrier, ends, firstTick, lastTick, parent } = publication;
	const end = ends ? ", the last of the window" : "";
	return [`slot ${slot}: sent ticks ${firstTick} to ${lastTick} in ${carrier}, after publication ${parent.id}${end}`];
}
