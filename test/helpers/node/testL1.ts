/**
 * An L1 as a reader sees it after all checks: blocks that are plain values, forks, finality, and fetches that fail on demand. Its
 * contracts' books (ring head, queues, nonces of the users' transactions) are kept per block, so a fork goes on from what it forks from.
 */
import { RLP } from "@ethereumjs/rlp";
import { Wallet } from "ethers";
import { genesisWord, nextRingWord, publicationHash, unpackRingWord } from "../../../src/codec/header.ts";
import { buildPublication, type PlannedTick } from "../../../src/derive/plan.ts";
import type { L1Heads, L1Source, Timeline } from "../../../src/derive/ports.ts";
import { genesisState } from "../../../src/derive/state.ts";
import { step } from "../../../src/derive/step.ts";
import type { L1Block, OrderState, PublishedLog, TimelineLog } from "../../../src/derive/types.ts";
import { concatBytes, hexToBytes, uintToBytes, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address, Hash32, Item, TimelineConfig } from "../../../src/primitives/types.ts";

const GENESIS_TIME = 1_900_000_000;

export const CONFIG: TimelineConfig = {
	startBlock: 1,
	genesisTime: GENESIS_TIME,
	beaconGenesisTime: GENESIS_TIME,
	slotSeconds: 12,
	tickSeconds: 2,
	maxLag: 96,
	forcedDelay: 60,
	maxOriginAge: 48,
	ringSize: 8192,
	clusterGasPerSlot: 180_000_000n,
};

const address = (byte: number): Address => `0x${byte.toString(16).padStart(2, "0").repeat(20)}`;

const INBOX = address(0xa1);
const FEE_RECIPIENT = address(0xfe);
const COINBASE = address(0xcb);
/** Rich in the genesis of every rollup. */
export const USERS = [1, 2, 3, 4, 5].map((n) => new Wallet(`0x${n.toString(16).padStart(64, "0")}`));

const ALLOCATION = RLP.encode(
	USERS.map((user) => user.address.toLowerCase())
		.sort()
		.map((user) => [hexToBytes(user), 10n ** 21n, 0, "", []]),
);

const GENESIS_HEAD = genesisWord(31_337, INBOX, CONFIG);

const TIMELINE: Timeline = {
	l1ChainId: 31_337,
	inbox: INBOX,
	registry: address(0xa2),
	forcedInclusion: address(0xa3),
	bridge: address(0xa4),
	rights: address(0xa5),
	creationBlock: 1,
	genesisHead: GENESIS_HEAD,
	config: CONFIG,
};

/** What the contracts and the users know after a block. */
interface Books {
	readonly state: OrderState;
	readonly rollups: number;
	readonly forced: ReadonlyMap<number, number>;
	readonly deposits: ReadonlyMap<number, number>;
	readonly nonces: ReadonlyMap<string, number>;
	readonly ring: Hash32;
}

export interface RollupSpec {
	readonly cluster?: number;
	readonly activationTick?: number;
	readonly template?: number;
}

export class TestL1 implements L1Source {
	/** The canonical chain; the index is the number. */
	readonly blocks: L1Block[] = [];
	readonly #books: Books[] = [];
	/** Blocks that are final; by default only the first. */
	finalized = 0;
	/** Messages of all blocks that were ever made, orphans too. */
	readonly sent: { readonly rollupId: number; readonly id: Hash32 }[] = [];
	/** Called before every fetch; throws to make it fail. */
	onFetch: (what: string) => void = () => undefined;
	#logs: TimelineLog[] = [];
	#draft: Books;
	#salt = 0;
	#slots = 1;

	constructor() {
		const state = genesisState(CONFIG, GENESIS_HEAD);
		const books: Books = {
			state,
			rollups: 0,
			forced: new Map(),
			deposits: new Map(),
			nonces: new Map(),
			ring: GENESIS_HEAD,
		};
		this.blocks.push({
			number: 0,
			hash: keccakHex(Uint8Array.of(0)),
			parentHash: ZERO_HASH,
			timestamp: GENESIS_TIME,
			prevRandao: ZERO_HASH,
			logs: [],
		});
		this.#books.push(books);
		this.#draft = books;
	}

	get head(): L1Block {
		return this.blocks.at(-1) as L1Block;
	}

	/** The order state after the head. */
	get state(): OrderState {
		return (this.#books.at(-1) as Books).state;
	}

	/** Number and timestamp of the block in the making. */
	get #next(): { readonly number: number; readonly timestamp: number } {
		const { number, timestamp } = this.head;
		return { number: number + 1, timestamp: timestamp + this.#slots * CONFIG.slotSeconds };
	}

	/** Lets the block in the making come later, by missed slots. */
	skip(slots: number): void {
		this.#slots += slots;
	}

	/** Ends the block in the making. */
	mine(): L1Block {
		const { hash: parentHash } = this.head;
		const salt = uintToBytes(++this.#salt, 8);
		const next = { ...this.#next, parentHash };
		const hash = keccakHex(concatBytes(hexToBytes(parentHash), uintToBytes(next.number, 8), salt));
		const block: L1Block = { ...next, hash, prevRandao: keccakHex(hexToBytes(hash)), logs: this.#logs };
		this.blocks.push(block);
		this.#books.push({ ...this.#draft, state: step(CONFIG, this.state, block).state });
		this.#draft = this.#books.at(-1) as Books;
		this.#logs = [];
		this.#slots = 1;
		return block;
	}

	/** Orphans the last blocks. */
	fork(depth: number): void {
		this.blocks.length -= depth;
		this.#books.length -= depth;
		this.#draft = this.#books.at(-1) as Books;
		this.#logs = [];
		this.#slots = 1;
	}

	log(log: TimelineLog): void {
		this.#logs.push(log);
	}

	register({ activationTick = 1, cluster = 1, template = 1 }: RollupSpec = {}): number {
		const rollupId = this.#draft.rollups + 1;
		this.#draft = { ...this.#draft, rollups: rollupId };
		const config = {
			chainId: 9_000 + rollupId,
			cluster,
			gasLimit: 30_000_000,
			feeRecipient: FEE_RECIPIENT,
			activationTick,
			settlement: address(0),
			template,
			genesisHash: ZERO_HASH,
		};
		this.log({ kind: "rollupRegistered", rollupId, owner: COINBASE, config, allocation: ALLOCATION });
		return rollupId;
	}

	enqueue(rollupId: number, rawTx: Uint8Array, gas = 100_000): void {
		const cluster = this.state.rollups.get(rollupId)?.cluster ?? 1;
		const index = this.#draft.forced.get(cluster) ?? 0;
		this.#draft = { ...this.#draft, forced: new Map(this.#draft.forced).set(cluster, index + 1) };
		this.log({ kind: "enqueued", cluster, index, sender: COINBASE, bundle: false, legs: [{ rollupId, rawTx, gas }] });
	}

	deposit(rollupId: number, recipient: Address, gwei = 1_000_000n): void {
		const index = this.#draft.deposits.get(rollupId) ?? 0;
		this.#draft = { ...this.#draft, deposits: new Map(this.#draft.deposits).set(rollupId, index + 1) };
		this.log({ kind: "deposited", rollupId, index, sender: COINBASE, recipient, gwei });
	}

	/** A message that nobody would want: what counts is that it was sent. */
	message(rollupId: number): void {
		const hash = keccakHex(uintToBytes(this.sent.length, 8));
		const id: Hash32 = `${hash.slice(0, 50) as Hash32}${"00".repeat(8)}`;
		this.sent.push({ rollupId, id });
		const numbers = { source: 1n, destination: BigInt(9_000 + rollupId), nonce: BigInt(this.sent.length), minGas: 0n };
		const message = { ...numbers, sender: COINBASE, target: COINBASE, data: new Uint8Array(0) };
		this.log({ kind: "l1Message", rollupId, id, message });
	}

	/** The user's next nonce. */
	nonce(rollupId: number, user: number): number {
		return this.#draft.nonces.get(`${rollupId}/${user}`) ?? 0;
	}

	/** A transfer with the user's next nonce on the rollup, unless another is given. */
	async transfer(rollupId: number, user: number, overrides: object = {}): Promise<Uint8Array> {
		const wallet = USERS[user] as Wallet;
		const key = `${rollupId}/${user}`;
		const nonce = this.nonce(rollupId, user);
		if (!("nonce" in overrides)) {
			this.#draft = { ...this.#draft, nonces: new Map(this.#draft.nonces).set(key, nonce + 1) };
		}
		const raw = await wallet.signTransaction({
			type: 2,
			chainId: 9_000 + rollupId,
			nonce,
			gasLimit: 50_000,
			maxFeePerGas: 100n * 10n ** 9n,
			maxPriorityFeePerGas: 10n ** 9n,
			to: address(0xd0 + user),
			value: 1_000n,
			...overrides,
		});
		return hexToBytes(raw);
	}

	/** The last ticks that a publication in the block in the making can cover. */
	nextTicks(count: number): number[] {
		const last = (this.#next.timestamp - GENESIS_TIME) / CONFIG.tickSeconds;
		const first = Math.max(this.state.lastTick + 1, unpackRingWord(this.#draft.ring).lastTick + 1, last - count + 1);
		return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
	}

	/** Publishes ticks in the block in the making, each with the newest l1Origin it can have. `spoil` changes what is logged. */
	publish(
		items: ReadonlyMap<number, readonly Item[]>,
		target: "blobs" | "calldata" = "calldata",
		spoil: (log: PublishedLog) => PublishedLog = (log) => log,
	): void {
		const ticks = [...items].map(([tick, list]): PlannedTick => {
			const time = CONFIG.genesisTime + tick * CONFIG.tickSeconds;
			const origin = this.blocks.findLast((block) => block.timestamp <= time) as L1Block;
			return { tick, l1Origin: origin.number, items: [...list] };
		});
		const l1OriginHash = (this.blocks[ticks.at(-1)?.l1Origin ?? 0] as L1Block).hash;
		const built = buildPublication({ parent: this.#draft.ring, coinbase: COINBASE, l1OriginHash, target, ticks });
		if (!built.ok) throw new Error(built.reason);
		const versionedHashes = built.blobs.map((blob) => keccakHex(blob));
		const data =
			target === "blobs"
				? { kind: "blobs" as const, versionedHashes, blobs: built.blobs }
				: { kind: "calldata" as const, data: built.data };
		const log = spoil({ kind: "published", header: built.header, publisher: COINBASE, data });
		const payload = log.data.kind === "blobs" ? { versionedHashes } : { data: log.data.data };
		const hash = publicationHash(log.header, log.publisher, this.#next, payload);
		this.#draft = { ...this.#draft, ring: nextRingWord(log.header, hash) };
		this.log(log);
	}

	// -------------------------------------------------------------------------------------------- L1Source

	async timeline(): Promise<Timeline> {
		this.onFetch("timeline");
		return TIMELINE;
	}

	async heads(): Promise<L1Heads> {
		this.onFetch("heads");
		const id = (number: number): { number: number; hash: Hash32 } => ({
			number,
			hash: (this.blocks[number] as L1Block).hash,
		});
		const latest = id(this.blocks.length - 1);
		const finalized = id(Math.min(this.finalized, latest.number));
		return { latest, safe: finalized, finalized };
	}

	async block(number: number): Promise<L1Block | null> {
		this.onFetch(`block ${number}`);
		return this.blocks[number] ?? null;
	}

	async hashOf(number: number): Promise<Hash32 | null> {
		this.onFetch(`hash ${number}`);
		return this.blocks[number]?.hash ?? null;
	}
}
