/**
 * An independent Ethereum: ethereumjs' `runBlock` on its default Merkle state, every validation on, started from geth's
 * genesis file. It takes blocks as bytes and throws if one is not exactly what the chain makes of it.
 */
import { type Block, createBlock, createBlockFromRLP } from "@ethereumjs/block";
import { type Common, createCommonFromGethGenesis } from "@ethereumjs/common";
import { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { Caches, MerkleStateManager } from "@ethereumjs/statemanager";
import { Account, createAddressFromString, type PrefixedHexString, setLengthLeft } from "@ethereumjs/util";
import { createVM, runBlock, type VM } from "@ethereumjs/vm";
import { expect } from "chai";
import { kzg } from "../../../src/execute/native.ts";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Hash32 } from "../../../src/primitives/types.ts";

export interface GethGenesis {
	readonly config: Record<string, unknown>;
	readonly alloc: Readonly<
		Record<string, { balance: string; nonce: string; code?: string; storage?: Readonly<Record<string, string>> }>
	>;
	readonly [field: string]: unknown;
}

export class Oracle {
	readonly #common: Common;
	readonly #vm: VM;
	readonly #blocks: Block[];

	private constructor(common: Common, vm: VM, blocks: Block[]) {
		this.#common = common;
		this.#vm = vm;
		this.#blocks = blocks;
	}

	/** @param genesis as parsed from geth's file */
	static async from(genesis: GethGenesis): Promise<Oracle> {
		const common = createCommonFromGethGenesis(genesis as never, { chain: "oracle", customCrypto: { kzg } });
		const trie = new MerklePatriciaTrie({ useKeyHashing: true, common });
		const state = new MerkleStateManager({ common, trie, caches: new Caches() });
		await state.checkpoint();
		for (const [hex, { balance, nonce, code, storage = {} }] of Object.entries(genesis.alloc)) {
			const address = createAddressFromString(hex);
			await state.putAccount(address, new Account(BigInt(nonce), BigInt(balance)));
			if (code !== undefined) await state.putCode(address, hexToBytes(code));
			for (const [key, value] of Object.entries(storage)) {
				const bytes = hexToBytes(value);
				await state.putStorage(
					address,
					setLengthLeft(hexToBytes(key), 32),
					bytes.subarray(bytes.findIndex((b) => b > 0)),
				);
			}
		}
		await state.commit();
		const field = (name: string) => genesis[name] as PrefixedHexString;
		const block = createBlock(
			{
				header: {
					stateRoot: await state.getStateRoot(),
					timestamp: field("timestamp"),
					gasLimit: field("gasLimit"),
					extraData: field("extraData"),
					baseFeePerGas: field("baseFeePerGas"),
					excessBlobGas: field("excessBlobGas"),
					blobGasUsed: field("blobGasUsed"),
				},
				withdrawals: [],
			},
			{ common },
		);
		const blocks = [block];
		const blockchain = {
			getBlock: async (number: number) => blocks[number] ?? expect.fail(`block ${number} is not there`),
			putBlock: async () => undefined,
			// Against the parent: `import` does that.
			validateHeader: async () => undefined,
			shallowCopy: () => blockchain,
		};
		return new Oracle(common, await createVM({ common, stateManager: state, blockchain }), blocks);
	}

	get hash(): Hash32 {
		return bytesToHex(this.#head.hash());
	}

	/** Imports a block as a client would; throws if it is invalid. */
	async import(rlp: Uint8Array): Promise<Block> {
		const block = createBlockFromRLP(rlp, { common: this.#common });
		const { header } = block;
		const parent = this.#head.header;
		expect(header.number, "number").to.equal(parent.number + 1n);
		expect(bytesToHex(header.parentHash), "parent hash").to.equal(this.hash);
		expect(header.timestamp > parent.timestamp, "timestamp").to.equal(true);
		expect(header.baseFeePerGas, "base fee").to.equal(parent.calcNextBaseFee());
		expect(header.excessBlobGas, "excess blob gas").to.equal(parent.calcNextExcessBlobGas(this.#common));
		header.validateGasLimit(parent);
		await runBlock(this.#vm, { block, validateBlockSize: true });
		this.#blocks.push(block);
		return block;
	}

	get #head(): Block {
		return this.#blocks.at(-1) ?? expect.fail("no genesis");
	}
}
