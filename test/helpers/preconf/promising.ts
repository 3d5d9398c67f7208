/** A promising sequencer on the anvil of a `TestWorld`, beside the one that it has. */
import { HDNodeWallet, Mnemonic } from "ethers";
import { itemHash } from "../../../src/codec/itemHash.ts";
import { USERS } from "../../../src/devnet/users.ts";
import { connectL1 } from "../../../src/node/connect.ts";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Leg, RollupId, Tick } from "../../../src/primitives/types.ts";
import { openJournal } from "../../../src/sequencer/preconf/journal.ts";
import { Promises } from "../../../src/sequencer/preconf/promises.ts";
import { createPromiseSigner } from "../../../src/sequencer/preconf/signer.ts";
import { Sequencer } from "../../../src/sequencer/sequencer.ts";
import { L1Track } from "../../../src/sequencer/track.ts";
import type { TestWorld } from "../sequencer/world.ts";

const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
/** Of the account that publishes. */
const KEY = HDNodeWallet.fromMnemonic(MNEMONIC, "m/44'/60'/0'/0/1").privateKey;

export interface Promising {
	readonly sequencer: Sequencer;
	readonly promises: Promises;
	/** As a process that ends: the journal's directory is free again, all else is gone. */
	stop(): Promise<void>;
}

export async function openPromising(test: TestWorld, directory: string): Promise<Promising> {
	const { chain, setup } = test.world;
	const source = connectL1({ rpc: chain.url, inbox: setup.inbox });
	const { config, inbox, l1ChainId } = await source.timeline();
	const signer = createPromiseSigner(KEY);
	const identity = { chainId: l1ChainId, timeline: inbox, slasher: inbox, sequencer: signer.address };
	const journal = await openJournal(directory, identity);
	const gate = {
		// Half a tick before the slot's first one, so that it can be promised.
		clock: () => ({ nowMs: test.time * 1_000 - 1_000, errorMs: 0 }),
		ownershipOf: () => ({ firstTick: 0, lastTick: 2 ** 40, lastBlockTime: 2 ** 40 }),
	};
	const promises = new Promises({ config, identity, journal, signer, gate });
	const sequencer = await Sequencer.open(source, { account: setup.sequencer, carrier: "calldata", promises });
	await sequencer.sync();
	return {
		sequencer,
		promises,
		async stop() {
			await sequencer.close();
			await journal.shut();
		},
	};
}

/** A transfer of a user, as bytes. */
export async function transferLeg(
	test: TestWorld,
	{ nonce = 0, rollupId = 1, user = 0 }: { nonce?: number; rollupId?: RollupId; user?: number } = {},
): Promise<Leg> {
	const account = USERS[user];
	if (account === undefined) throw new Error("no user");
	const chainId = test.world.setup.rollups.find((rollup) => rollup.rollupId === rollupId)?.chainId ?? 0;
	const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n, gasLimit: 21_000n };
	const raw = await account.wallet.signTransaction({
		type: 2,
		chainId,
		nonce,
		to: account.address,
		value: 1n,
		...fees,
	});
	return { rollupId, rawTx: hexToBytes(raw) };
}

/** Item hashes of every tick that a fresh reader of L1 derives, by tick. */
export async function derivedItems(test: TestWorld): Promise<ReadonlyMap<Tick, readonly string[]>> {
	const ticks = (await readL1(test)).blocks.flatMap((block) => block.ticks);
	return new Map(ticks.map(({ items, tick }) => [tick, items.map((item) => bytesToHex(itemHash(item)))]));
}

/** First and last tick of every publication, in order. */
export async function publishedRanges(test: TestWorld): Promise<readonly (readonly [Tick, Tick])[]> {
	const publications = (await readL1(test)).blocks.flatMap((block) => block.publications);
	return publications.map(({ header }) => [header.firstTick, header.lastTick] as const);
}

async function readL1(test: TestWorld): Promise<L1Track> {
	const { chain, setup } = test.world;
	const track = await L1Track.open(connectL1({ rpc: chain.url, inbox: setup.inbox }));
	await track.advance();
	return track;
}
