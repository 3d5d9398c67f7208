/**
 * A plain Ethereum client that has never heard of Meridian: ethereumjs as it comes, with what `geth init` and `geth import` are given.
 * It validates headers against their parents, and executes every block on its own Merkle state.
 */
import { readFile } from "node:fs/promises";
import { createBlockFromBytesArray } from "@ethereumjs/block";
import { createBlockchain } from "@ethereumjs/blockchain";
import { createCommonFromGethGenesis, type GethGenesis, parseGethGenesisState } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";
import { createAddressFromString } from "@ethereumjs/util";
import { createVM, runBlock } from "@ethereumjs/vm";
import { bytesToHex } from "../../../src/primitives/bytes.ts";

export interface Imported {
	readonly genesisHash: string;
	/** From number 1 on. */
	readonly hashes: readonly string[];
	readonly stateRoot: string;
	/** An account of the last block's state. */
	accountOf(address: string): Promise<{ readonly nonce: number; readonly balance: bigint }>;
}

/** Throws if the client refuses a block. */
export async function importChain(genesisFile: string, blocksFile: string): Promise<Imported> {
	const genesis = JSON.parse(await readFile(genesisFile, "utf8")) as GethGenesis;
	const common = createCommonFromGethGenesis(genesis, { chain: "rollup" });
	const genesisState = parseGethGenesisState(genesis);
	const blockchain = await createBlockchain({
		common,
		genesisState,
		validateBlocks: true,
		hardforkByHeadBlockNumber: true,
	});
	const vm = await createVM({ common, blockchain, setHardfork: true });
	await vm.stateManager.generateCanonicalGenesis?.(genesisState);
	const hashes: string[] = [];
	let rest: Uint8Array = await readFile(blocksFile);
	while (rest.length > 0) {
		const { data, remainder } = RLP.decode(rest, true);
		rest = remainder;
		const block = createBlockFromBytesArray(data as never, { common, setHardfork: true });
		await runBlock(vm, { block });
		await blockchain.putBlock(block);
		hashes.push(bytesToHex(block.hash()));
	}
	return {
		genesisHash: bytesToHex(blockchain.genesisBlock.hash()),
		hashes,
		stateRoot: bytesToHex(await vm.stateManager.getStateRoot()),
		async accountOf(address) {
			const account = await vm.stateManager.getAccount(createAddressFromString(address));
			return { nonce: Number(account?.nonce ?? 0n), balance: account?.balance ?? 0n };
		},
	};
}
