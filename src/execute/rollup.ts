/** One rollup of a cluster: its EVM, its head, and what of both lies in the store. */
import { type BlockHeader, createBlockHeaderFromRLP } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";
import type { RollupRegisteredLog } from "../derive/types.ts";
import { bytesToHex, bytesToUint, hexToBytes, ZERO_ADDRESS, ZERO_HASH } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, ClusterId, RollupId, Tick, TimelineConfig } from "../primitives/types.ts";
import { rollupKey, statePrefix } from "../store/keys.ts";
import { Backing } from "./backing.ts";
import { rollupCommon } from "./common.ts";
import { FlatState } from "./flatState.ts";
import { contradicts, genesisAccounts, genesisBlock, writeGenesisState } from "./genesis.ts";
import { createRollupVm, type RollupVm } from "./rollupVm.ts";
import { type StateLimits, StateTables } from "./stateTables.ts";
import { EMPTY_ROOT } from "./trie.ts";
import type { RollupHead } from "./types.ts";

/** The last block, and what the next one needs to know of it besides its header. */
export interface Head {
	readonly header: BlockHeader;
	readonly tick: Tick;
	/** In force at `tick`: who gets the block's burnt base fee (E-8). */
	readonly feeRecipient: Address;
	readonly nextWithdrawal: bigint;
}

export interface LiveRollup {
	readonly rollupId: RollupId;
	readonly chainId: number;
	readonly vm: RollupVm;
	readonly tables: StateTables;
	readonly head: Head;
}

/** A rollup that E-1 refuses has no state and no head. */
export type Rollup = LiveRollup | { readonly rollupId: RollupId; readonly chainId: number; readonly head: null };

/** Where rollups live. */
export interface RollupHome {
	readonly backing: Backing;
	readonly cluster: ClusterId;
	readonly limits: StateLimits;
}

export const isLive = (rollup: Rollup): rollup is LiveRollup => rollup.head !== null;

/** Makes a newly registered rollup: its genesis, written to the backing, or refused. */
export async function registerRollup(
	home: RollupHome,
	registration: RollupRegisteredLog,
	timeline: TimelineConfig,
): Promise<Rollup> {
	const { rollupId, config } = registration;
	const ids = { rollupId, chainId: config.chainId };
	const accounts = genesisAccounts(registration);
	if (accounts === null) return refuse(home, ids);

	// Computed aside: a rollup that is refused for its hash leaves nothing behind.
	const aside = new Backing({ get: () => undefined, entries: async function* () {} });
	const draft = new FlatState(new StateTables(aside, statePrefix(rollupId), EMPTY_ROOT, home.limits));
	const stateRoot = writeGenesisState(draft, accounts);
	const common = rollupCommon(config.chainId);
	const { header } = genesisBlock(common, registration, timeline, stateRoot);
	if (contradicts(config.genesisHash, bytesToHex(header.hash()))) return refuse(home, ids);

	for (const [key, value] of aside.take()) home.backing.set(key, value);
	const head: Head = { header, tick: config.activationTick - 1, feeRecipient: ZERO_ADDRESS, nextWithdrawal: 0n };
	saveHead(home, ids, head);
	return revive(home, ids, common, head);
}

/** The rollup whose record this is; its state is read from the backing as it is needed. */
export async function loadRollup(home: RollupHome, record: Uint8Array): Promise<Rollup> {
	const fields = RLP.decode(record) as Uint8Array[];
	const [rollupId, chainId] = fields.map((field) => Number(bytesToUint(field.subarray(0, 8))));
	if (rollupId === undefined || chainId === undefined) throw corruptRecord(record);
	const [, , header, tick, feeRecipient, nextWithdrawal] = fields;
	if (header === undefined) return { rollupId, chainId, head: null };
	if (tick === undefined || feeRecipient === undefined || nextWithdrawal === undefined) throw corruptRecord(record);
	const common = rollupCommon(chainId);
	return revive(home, { rollupId, chainId }, common, {
		header: createBlockHeaderFromRLP(header, { common }),
		tick: Number(bytesToUint(tick)),
		feeRecipient: bytesToHex(feeRecipient),
		nextWithdrawal: bytesToUint(nextWithdrawal),
	});
}

/** The rollup with its next head, which is written to the backing. */
export function advance(home: RollupHome, rollup: LiveRollup, head: Head): LiveRollup {
	saveHead(home, rollup, head);
	return { ...rollup, head };
}

export function describeHead(rollup: Rollup): RollupHead {
	const { rollupId, chainId } = rollup;
	if (!isLive(rollup)) return { rollupId, chainId, number: 0, hash: ZERO_HASH, stateRoot: ZERO_HASH, refused: true };
	const { header } = rollup.head;
	return {
		rollupId,
		chainId,
		number: Number(header.number),
		hash: bytesToHex(header.hash()),
		stateRoot: bytesToHex(header.stateRoot),
		refused: false,
	};
}

type Ids = Pick<Rollup, "rollupId" | "chainId">;

async function revive(home: RollupHome, ids: Ids, common: Common, head: Head): Promise<LiveRollup> {
	const tables = new StateTables(home.backing, statePrefix(ids.rollupId), head.header.stateRoot, home.limits);
	const { rollupId, chainId } = ids;
	return { rollupId, chainId, tables, vm: await createRollupVm(common, tables), head };
}

function refuse(home: RollupHome, { rollupId, chainId }: Ids): Rollup {
	home.backing.set(rollupKey(home.cluster, rollupId), RLP.encode([rollupId, chainId]));
	return { rollupId, chainId, head: null };
}

/** A record is RLP: `[rollupId, chainId]` if refused, else also `header, tick, feeRecipient, nextWithdrawal`. */
function saveHead(home: RollupHome, { rollupId, chainId }: Ids, head: Head): void {
	const { header, tick, feeRecipient, nextWithdrawal } = head;
	const record = [rollupId, chainId, header.serialize(), tick, hexToBytes(feeRecipient), nextWithdrawal];
	home.backing.set(rollupKey(home.cluster, rollupId), RLP.encode(record));
}

function corruptRecord(record: Uint8Array): MeridianError {
	return new MeridianError(
		"halt",
		"store-corrupt",
		`a rollup's record cannot be read (${bytesToHex(record)}); delete the store's directory and derive again`,
	);
}
