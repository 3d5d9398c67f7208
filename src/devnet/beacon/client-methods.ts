/** The JSON-RPC of @ethereumjs/client, as every other client answers it and tools therefore ask. */
import type { EthereumClient } from "@ethereumjs/client/dist/esm/src/client.js";
import { RPCManager } from "@ethereumjs/client/dist/esm/src/rpc/index.js";
import { bytesToHex, hexToBytes, isHex } from "../../primitives/bytes.ts";
import { quantity } from "./engine.ts";

type MethodTable = ReturnType<RPCManager["getMethods"]>;
type Method = MethodTable[string];

export class Methods extends RPCManager {
	readonly #chain: EthereumClient["chain"];

	constructor(client: EthereumClient) {
		super(client, client.config);
		this.#chain = client.chain;
	}

	override getMethods(engine?: boolean, debug?: boolean): MethodTable {
		const methods = Object.entries(super.getMethods(engine, debug)).map(([name, method]) => {
			// It does know which nonces wait.
			if (name === "eth_getTransactionCount") return [name, method];
			if (name === "eth_getBlockReceipts") return [name, this.#receipts(method as Method)];
			const translated = (parameters: unknown) =>
				method(Array.isArray(parameters) ? parameters.map(translate) : parameters);
			return [name, translated];
		});
		return Object.fromEntries(methods);
	}

	/** It takes no hash for a block's, and so finds none. */
	#receipts(method: Method): Method {
		return async ([block, ...rest]: readonly unknown[]) => {
			if (!isHex(block, 32)) return await method([translate(block), ...rest]);
			const number = await this.#numberOf(hexToBytes(block));
			return number === null ? null : await method([quantity(number), ...rest]);
		};
	}

	/** Null: there is no such block, or it is not canonical. */
	async #numberOf(hash: Uint8Array): Promise<bigint | null> {
		try {
			const { number } = (await this.#chain.getBlock(hash)).header;
			const canonical = await this.#chain.getBlock(number);
			return bytesToHex(canonical.hash()) === bytesToHex(hash) ? number : null;
		} catch {
			return null;
		}
	}
}

/** It has no pending block, and refuses to speak of one; and what has no type is a legacy transaction to it, whatever its fees. */
function translate(parameter: unknown): unknown {
	if (parameter === "pending") return "latest";
	if (typeof parameter !== "object" || parameter === null) return parameter;
	return "maxFeePerGas" in parameter && !("type" in parameter) ? { ...parameter, type: "0x2" } : parameter;
}
