/** Receipts of an L1 block: the root over all of them is computed here, so that no log can be left out, added or changed. */
import { createMPT } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { bytesToHex, concatBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { keccak256 } from "../primitives/hash.ts";
import type { Address, Hash32, Hex } from "../primitives/types.ts";
import { quantityBytes, type VerifiedHeader } from "./header.ts";
import { arrayOf, bytesOf, hexOf, numberOf, objectOf, quantityOf } from "./json.ts";

export interface RawLog {
	readonly address: Address;
	readonly topics: readonly Hash32[];
	readonly data: Hex;
}

interface Receipt {
	readonly encoded: Uint8Array;
	readonly logs: readonly RawLog[];
}

/**
 * All logs of the block in their order, from its receipts in their order as JSON-RPC gives them.
 * Throws `retry` (`malformed`) for an answer that cannot be read and `halt` (`l1-receipts-root`) for one that is not true.
 */
export async function verifyReceipts(answer: unknown, header: VerifiedHeader): Promise<RawLog[]> {
	const receipts = arrayOf(answer, `The receipts of L1 block ${header.number}`).map(readReceipt);
	const trie = await createMPT({ useKeyHashingFunction: keccak256 });
	for (const [index, receipt] of receipts.entries()) await trie.put(RLP.encode(index), receipt.encoded);
	const root = bytesToHex(trie.root());
	if (root !== header.receiptsRoot)
		throw new MeridianError(
			"halt",
			"l1-receipts-root",
			`The ${receipts.length} receipts given for L1 block ${header.number} have the root ${root}, its header says ${header.receiptsRoot}: logs were left out, added or changed`,
			{ number: header.number, root, expected: header.receiptsRoot },
		);
	return receipts.flatMap((receipt) => receipt.logs);
}

/** EIP-2718: the type's byte before the list, nothing for type 0. Types not known yet have had the same list so far. */
function readReceipt(answer: unknown): Receipt {
	const json = objectOf(answer, "A receipt");
	const logs = arrayOf(json.logs, "A receipt's logs").map(readLog);
	const list = RLP.encode([
		// Before Byzantium a state root stood here.
		json.status === undefined || json.status === null
			? bytesOf(json.root, "A receipt's root", 32)
			: quantityBytes(quantityOf(json.status, "A receipt's status")),
		quantityBytes(quantityOf(json.cumulativeGasUsed, "A receipt's cumulativeGasUsed")),
		bytesOf(json.logsBloom, "A receipt's logsBloom", 256),
		logs.map((log) => log.fields),
	]);
	const type = json.type === undefined || json.type === null ? 0 : numberOf(json.type, "A receipt's type");
	return { encoded: type === 0 ? list : concatBytes(Uint8Array.of(type), list), logs: logs.map((log) => log.raw) };
}

function readLog(answer: unknown): { raw: RawLog; fields: (Uint8Array | Uint8Array[])[] } {
	const json = objectOf(answer, "A log");
	const topics = arrayOf(json.topics, "A log's topics").map((topic) => hexOf(topic, "A topic", 32));
	const address = bytesOf(json.address, "A log's address", 20);
	const data = bytesOf(json.data, "A log's data");
	return {
		raw: { address: bytesToHex(address), topics, data: bytesToHex(data) },
		fields: [address, topics.map((topic) => bytesOf(topic, "A topic", 32)), data],
	};
}
