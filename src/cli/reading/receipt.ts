/** What `meridian verify --receipt` does. */
import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { formatEther } from "ethers";
import { parseReceipt, type Receipt, verifyReceipt } from "../../codec/receipt.ts";
import { type CoverVerdict, coverOf } from "../../l1/cover.ts";
import { httpTransport } from "../../l1/rpc.ts";
import { parseAddress } from "../../node/connect.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Item } from "../../primitives/types.ts";
import { readItem } from "../../sequencer/preconf/request.ts";
import { EXIT } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";
import type { ReceiptFlags } from "./flags.ts";
import { firstContact, interruptible } from "./open.ts";

/** Throws `usage` (`no-file`, `bad-item`) for what cannot be read, and what L1 throws. What is wrong with the receipt is the result. */
export async function verifyReceiptFile(flags: ReceiptFlags): Promise<void> {
	const output = createOutput({ json: flags.json });
	const parsed = parseReceipt(await readText(flags.receipt));
	if (!parsed.ok) return bad(output, null, parsed);
	const { receipt } = parsed;
	const verdict = verifyReceipt(receipt, flags.item === undefined ? undefined : await itemIn(flags.item));
	if (!verdict.ok) return bad(output, receipt, verdict);
	const cover = await askL1(flags, receipt, output);
	if (cover !== null && !cover.ok) return bad(output, receipt, cover);
	const { index, itemHash, sequencer, tick } = receipt;
	const known = flags.item === undefined ? "the item with hash" : "this item,";
	output.line(
		`${output.colors.green("good")}: ${sequencer} has promised ${known} ${itemHash} place ${index} of tick ${tick}`,
	);
	if (cover !== null)
		output.line(
			`covered: it owns the tick; its bond is ${formatEther(cover.cover.bond)} ETH, a broken promise costs ${formatEther(cover.cover.penalty)}`,
		);
	const checked = ["signature", ...(flags.item === undefined ? [] : ["item"]), ...(cover === null ? [] : ["cover"])];
	output.result({ ok: true, checked, receipt, ...(cover === null ? {} : { cover: cover.cover }) });
}

/** A receipt that is good. Throws `usage` (`no-file`, `bad-receipt`). */
export async function goodReceipt(path: string): Promise<Receipt> {
	const parsed = parseReceipt(await readText(path));
	const verdict = parsed.ok ? verifyReceipt(parsed.receipt) : parsed;
	if (parsed.ok && verdict.ok) return parsed.receipt;
	const { reason, what } = verdict as { readonly reason: string; readonly what: string };
	throw new MeridianError("usage", "bad-receipt", `${path} holds no good receipt (${reason}): ${what}`, {
		reason,
		hint: "meridian verify --receipt says more; a receipt is what the sequencer has answered",
	});
}

function bad(
	output: Output,
	receipt: Receipt | null,
	{ reason, what }: { readonly reason: string; readonly what: string },
): void {
	output.line(`${output.colors.red("not good")} (${reason}): ${what}`);
	output.result({ ok: false, reason, what, receipt });
	process.exitCode = EXIT.failed;
}

async function askL1(flags: ReceiptFlags, receipt: Receipt, output: Output): Promise<CoverVerdict | null> {
	const { giveUp, rpc, slasher } = flags;
	if (rpc === undefined) return null;
	const options = slasher === undefined ? {} : { slasher: parseAddress(slasher, "slasher") };
	const transport = httpTransport(rpc);
	let verdict: CoverVerdict | null = null;
	await interruptible(async (signal) => {
		verdict = await firstContact(() => coverOf(transport, receipt, options), giveUp, output, signal);
	});
	return verdict;
}

async function itemIn(path: string): Promise<Item> {
	const item = readItem(await readText(path));
	if (typeof item !== "string") return item;
	throw new MeridianError("usage", "bad-item", `${path} holds no transaction or bundle: ${item}`, {
		hint: 'give what was sent: {"rollupId": 1, "rawTx": "0x..."}, or {"legs": [those]}',
	});
}

async function readText(path: string): Promise<string> {
	if (path === "-") return await textOf(process.stdin);
	try {
		return await readFile(path, "utf8");
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new MeridianError(
			"usage",
			"no-file",
			`${path} cannot be read: ${reason}`,
			{ path, hint: "give a file" },
			{ cause },
		);
	}
}
