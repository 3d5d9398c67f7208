/** What the random clusters must never be seen to do, kept apart from both executors: who sent what, and which legs belong together. */
import type { RollupRegisteredLog } from "../../../src/derive/types.ts";
import type { Hash32, RollupId } from "../../../src/primitives/types.ts";
import type { IncludedLeg } from "../../reference/execution/types.ts";
import { DELIVERED, decodeSent, type FuzzMessage, MAILBOX, messageId, TOKEN, tokenAbi } from "./contracts.ts";

interface Sent {
	readonly message: FuzzMessage;
	delivered: boolean;
}

export class Ledger {
	/** By id, in the order of sending. */
	readonly sent = new Map<Hash32, Sent>();
	readonly #nonces = new Map<RollupId, number>();
	/** What must not be, in one line each. */
	readonly violations: string[] = [];

	/** How many messages a rollup has sent: the next one's nonce. */
	nonceOf(rollupId: RollupId): number {
		return this.#nonces.get(rollupId) ?? 0;
	}

	/** Remembers everything that was sent and delivered; what it returns goes back to it. */
	mark(): () => void {
		const copy = (sent: Iterable<readonly [Hash32, Sent]>) =>
			[...sent].map(([id, one]): [Hash32, Sent] => [id, { ...one }]);
		const [sent, nonces] = [copy(this.sent), [...this.#nonces]];
		return () => {
			this.sent.clear();
			for (const [id, one] of copy(sent)) this.sent.set(id, one);
			this.#nonces.clear();
			for (const [rollupId, nonce] of nonces) this.#nonces.set(rollupId, nonce);
		};
	}

	/** A message from L1. */
	fromL1(message: FuzzMessage): void {
		const id = messageId(message);
		if (!this.sent.has(id)) this.sent.set(id, { message, delivered: false });
	}

	/** Goes through what included legs did, in order. */
	record(registrations: readonly RollupRegisteredLog[], legs: readonly IncludedLeg[]): void {
		for (const { rollupId, logs, txHash } of legs) {
			const chainId = registrations.find((one) => one.rollupId === rollupId)?.config.chainId;
			for (const { address, topics, data } of logs) {
				if (address !== MAILBOX) continue;
				const [kind, id = "0x"] = topics;
				if (kind === DELIVERED) this.#deliver(id, chainId ?? 0, txHash);
				else if (topics.length === 2) this.#send(rollupId, decodeSent(data), id);
			}
		}
	}

	/** Tokens that have left a rollup and reached none. */
	onTheWay(): bigint {
		let sum = 0n;
		for (const { message, delivered } of this.sent.values()) {
			if (delivered || message.sender !== TOKEN || message.target !== TOKEN) continue;
			sum += BigInt(tokenAbi.decodeFunctionData("arrive", message.data).amount);
		}
		return sum;
	}

	#send(rollupId: RollupId, message: FuzzMessage, id: Hash32): void {
		if (messageId(message) !== id) this.violations.push(`message ${id} of rollup ${rollupId} is called otherwise`);
		this.#nonces.set(rollupId, this.nonceOf(rollupId) + 1);
		this.sent.set(id, { message, delivered: false });
	}

	#deliver(id: Hash32, chainId: number, txHash: Hash32): void {
		const sent = this.sent.get(id);
		if (sent === undefined)
			this.violations.push(`${txHash} on chain ${chainId} delivered ${id}, which nobody had sent`);
		else if (sent.delivered) this.violations.push(`${txHash} on chain ${chainId} delivered ${id} again`);
		else if (sent.message.destination !== chainId)
			this.violations.push(`${txHash} delivered ${id} on chain ${chainId}`);
		else sent.delivered = true;
	}
}
