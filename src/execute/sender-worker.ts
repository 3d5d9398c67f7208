/** The thread behind senders.ts: takes jobs, leaves each sender where the executor looks for it. */
import { parentPort } from "node:worker_threads";
import { recoverSender } from "./recoverSender.ts";
import { ADDRESS_BYTES, DONE, PENDING, type SenderJob, TAKEN } from "./senderJob.ts";
import { readTxFields } from "./txFields.ts";

parentPort?.on("message", ({ bytes, lengths, chainIds, states, addresses }: SenderJob) => {
	let at = 0;
	for (const [index, length] of lengths.entries()) {
		const raw = bytes.subarray(at, at + length);
		at += length;
		// What the executor has reached by now it does itself.
		if (Atomics.compareExchange(states, index, PENDING, TAKEN) !== PENDING) continue;
		const fields = readTxFields(raw);
		const sender = fields && recoverSender(fields, BigInt(chainIds[index] ?? 0));
		if (sender === null) continue;
		addresses.set(sender, index * ADDRESS_BYTES);
		Atomics.store(states, index, DONE);
	}
});
