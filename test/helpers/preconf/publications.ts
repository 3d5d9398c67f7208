/** Every publication that was ever in a block of an L1, canonical or not, as evidence needs it. */
import type { HDNodeWallet } from "ethers";
import { Interface } from "ethers";
import { packMeta } from "../../../src/codec/header.ts";
import { itemHash } from "../../../src/codec/itemHash.ts";
import { buildPublication, type PlannedTick } from "../../../src/derive/plan.ts";
import { findBlock } from "../../../src/derive/state.ts";
import type { OrderState } from "../../../src/derive/types.ts";
import type { PublishedTicks, TickItems } from "../../../src/l1/evidence.ts";
import { INBOX_ABI } from "../../../src/primitives/abi.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address, Hash32, Hex } from "../../../src/primitives/types.ts";
import { addressOf, type RightsWorld } from "./rightsWorld.ts";

type Drafted = Omit<PublishedTicks, "block">;
type Block = { readonly number: Hex; readonly timestamp: Hex; readonly transactions: readonly Hash32[] };

const INBOX = new Interface(INBOX_ABI);

export class Publications {
	readonly #world: RightsWorld;
	readonly #sent = new Map<Hash32, Drafted>();
	/** Oldest first; those that L1 has taken back, too. */
	readonly mined: PublishedTicks[] = [];
	/** By account and nonce: the next is dearer, so that it replaces what a reorg has brought back. */
	readonly #fees = new Map<string, bigint>();

	constructor(world: RightsWorld) {
		this.#world = world;
	}

	/** Sends a publication of the ticks; in the place of the same account's that waits, if one does. */
	async send(
		from: HDNodeWallet,
		state: Pick<OrderState, "blocks" | "head">,
		ticks: readonly PlannedTick[],
		proof: string = "0x",
	): Promise<Hash32> {
		const { at, chain, l1ChainId } = this.#world;
		const origin = findBlock(state as OrderState, ticks.at(-1)?.l1Origin ?? 0);
		if (origin === undefined) throw new Error(`no block ${ticks.at(-1)?.l1Origin}`);
		const publisher: Address = addressOf(from);
		const plan = { parent: state.head, coinbase: publisher, l1OriginHash: origin.hash, quality: 1, ticks } as const;
		const built = buildPublication({ ...plan, target: "calldata" });
		if (!built.ok) throw new Error(`${built.bytes} bytes are too many`);
		const { data, header } = built;
		const call = [header.parent, packMeta(header), header.ticksRoot, header.l1OriginHash, data, proof];
		const nonce = Number(await chain.rpc.request("eth_getTransactionCount", [from.address, "latest"]));
		const fee = ((this.#fees.get(`${publisher}:${nonce}`) ?? 10n ** 9n) * 5n) / 4n;
		this.#fees.set(`${publisher}:${nonce}`, fee);
		const raw = await from.signTransaction({
			type: 2,
			chainId: l1ChainId,
			nonce,
			to: at.inbox,
			data: INBOX.encodeFunctionData("publishCalldata", call),
			gasLimit: 1_000_000n,
			maxFeePerGas: 10n ** 10n + fee,
			maxPriorityFeePerGas: fee,
		});
		const hash = (await chain.rpc.request("eth_sendRawTransaction", [raw])) as Hash32;
		this.#sent.set(hash, { header, publisher, payload: keccakHex(data), ticks: ticks.map(itemsOf) });
		return hash;
	}

	/** Looks for them in the newest block. */
	async collect(): Promise<void> {
		const { chain } = this.#world;
		const block = (await chain.rpc.request("eth_getBlockByNumber", ["latest", false])) as Block;
		for (const hash of block.transactions) {
			const draft = this.#sent.get(hash);
			if (draft === undefined || !(await this.#world.went(hash))) continue;
			this.mined.push({ ...draft, block: { number: Number(block.number), timestamp: Number(block.timestamp) } });
		}
	}
}

const itemsOf = ({ items, tick }: PlannedTick): TickItems => ({
	tick,
	items: items.map((item) => bytesToHex(itemHash(item))),
});
