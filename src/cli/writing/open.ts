/** From flags to an L1 account that can send. */
import { Wallet } from "ethers";
import type { L1Source, Timeline } from "../../derive/ports.ts";
import { openArchive } from "../../l1/archive.ts";
import { httpTransport } from "../../l1/rpc.ts";
import { MeridianError } from "../../primitives/errors.ts";
import { createL1Account, type L1Account, type Request } from "../../sequencer/l1-account.ts";
import { openProof } from "../../sequencer/publishing.ts";
import { Sequencer } from "../../sequencer/sequencer.ts";
import { createOutput, type Output } from "../output.ts";
import { connect, interruptible } from "../reading/open.ts";
import { type BlobProofFlags, type PayFlags, type PublishingFlags, wrapperVersionOf } from "./flags.ts";

export interface Writer {
	readonly source: L1Source;
	readonly timeline: Timeline;
	readonly request: Request;
	readonly account: L1Account;
	readonly output: Output;
	readonly signal: AbortSignal;
}

/** Throws `usage` (`no-key`, `bad-key`) before L1 is asked anything, and what `connect` throws. Keys are in no message. */
export async function withWriter(
	flags: PayFlags & Partial<BlobProofFlags>,
	work: (writer: Writer) => Promise<void>,
): Promise<void> {
	const output = createOutput({ json: flags.json });
	const wallet = readKey(flags.key, output);
	await interruptible(async (signal) => {
		const { source, timeline } = await connect(flags, output, signal);
		const request = httpTransport(flags.l1).request;
		const { blobProofs = "cell" } = flags;
		const account = await createL1Account(request, wallet, { wrapperVersion: wrapperVersionOf({ blobProofs }) });
		await work({ source, timeline, request, account, output, signal });
	});
}

/** A sequencer that publishes by hand. */
export async function openSequencer(
	{ account, source }: Writer,
	{ archive, blobProofs, calldata, open }: PublishingFlags & PayFlags,
): Promise<Sequencer> {
	return await Sequencer.open(source, {
		account,
		carrier: calldata ? "calldata" : "blobs",
		wrapperVersion: wrapperVersionOf({ blobProofs }),
		...(archive === undefined ? {} : { archive: openArchive(archive) }),
		...(open ? { proof: openProof } : {}),
	});
}

/** Of the flag or MERIDIAN_KEY. Throws `usage` (`no-key`, `bad-key`); keys are in no message. */
export function readKey(flag: string | undefined, output: Output): Wallet {
	const key = flag ?? process.env.MERIDIAN_KEY;
	if (flag !== undefined) output.note("note: other users of this machine can see --key; MERIDIAN_KEY they cannot");
	if (key === undefined || key === "")
		throw new MeridianError("usage", "no-key", "No key to pay on L1 with", {
			hint: "set MERIDIAN_KEY to the private key of a funded L1 account (0x and 64 hex digits)",
		});
	try {
		if (/^0x[0-9a-fA-F]{64}$/.test(key)) return new Wallet(key);
	} catch {
		// Zero, or not below the order of the curve. Its error would quote the key.
	}
	const where = flag === undefined ? "MERIDIAN_KEY" : "--key";
	throw new MeridianError("usage", "bad-key", `${where} is no private key`, {
		hint: "a private key is 0x and 64 hex digits",
	});
}
