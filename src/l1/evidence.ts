/** Evidence of broken promises as `PreconfSlasher` takes it (docs/spec/preconfirmations.md, section 3): what is shown, and its bytes. */
import { AbiCoder, type BytesLike, Interface } from "ethers";
import { packMeta } from "../codec/header.ts";
import { merkleProof, merkleRoot } from "../codec/merkle.ts";
import { tickHash } from "../codec/order.ts";
import type { Receipt } from "../codec/receipt.ts";
import { SLASHER_ABI } from "../primitives/abi.ts";
import { bytesToHex, hexToBytes, ZERO_HASH } from "../primitives/bytes.ts";
import type { Address, Hash32, Hex, PublicationHeader, Tick } from "../primitives/types.ts";

/** In the order of `IPreconfSlasher.Fault`. */
export const FAULT = { equivocation: 0, contradiction: 1, void: 2, omission: 3 } as const;
export type Fault = keyof typeof FAULT;

/** P-7. */
export interface Evidence {
	readonly commitment: Pick<Receipt, "tick" | "index" | "itemHash" | "signature">;
	/** One in whose window the tick is; for an omission the window's last. */
	readonly slot: number;
	/** One of `FAULT`. */
	readonly fault: number;
	readonly proof: string;
}

/** What a publication says of one tick: hashes of its items. */
export interface TickItems {
	readonly tick: Tick;
	readonly items: readonly Hash32[];
}

/** A publication that is mined, as evidence needs it. */
export interface PublishedTicks {
	readonly header: PublicationHeader;
	readonly publisher: Address;
	readonly block: { readonly number: number; readonly timestamp: number };
	/** The blobs' versioned hashes, joined, or the hash of the calldata. */
	readonly payload: string;
	readonly ticks: readonly TickItems[];
}

/** What is promised: its place, and what stands there. */
export interface Promised {
	readonly tick: number;
	readonly index: number;
	readonly itemHash: string;
}

/** `OrderProof.Publication`. */
interface Publication {
	readonly parent: string;
	readonly meta: string;
	readonly ticksRoot: string;
	readonly l1OriginHash: string;
	readonly publisher: string;
	readonly blockNumber: number;
	readonly timestamp: number;
	readonly payload: string;
}

/** `IPreconfSlasher.TickProof`. */
interface TickProof {
	readonly tick: number;
	readonly itemCount: number;
	readonly itemsRoot: string;
	readonly siblings: readonly string[];
}

/** `IPreconfSlasher.Contradiction`. */
export interface Contradiction {
	readonly publication: Publication;
	readonly tickCount: number;
	readonly tickIndex: number;
	readonly ticks: readonly TickProof[];
	readonly item: string;
	readonly itemSiblings: readonly string[];
}

const PUBLICATION =
	"tuple(bytes32 parent, uint256 meta, bytes32 ticksRoot, bytes32 l1OriginHash, address publisher, uint128 blockNumber, uint128 timestamp, bytes payload)";
const TICK = "tuple(uint64 tick, uint32 itemCount, bytes32 itemsRoot, bytes32[] siblings)";
const CONTRADICTION = `tuple(${PUBLICATION} publication, uint32 tickCount, uint32 tickIndex, ${TICK}[] ticks, bytes32 item, bytes32[] itemSiblings)`;

const abi = AbiCoder.defaultAbiCoder();
const slasher = new Interface(SLASHER_ABI);

/** The call that shows it. */
export function encodeSlash({ commitment, ...rest }: Evidence): Hex {
	const { index, itemHash, signature, tick } = commitment;
	return slasher.encodeFunctionData("slash", [{ commitment: { tick, index, itemHash, signature }, ...rest }]) as Hex;
}

/** P-8: what else was promised at the same place. */
export const encodeEquivocation = (other: { readonly itemHash: BytesLike; readonly signature: BytesLike }): string =>
	abi.encode(["bytes32", "bytes"], [other.itemHash, other.signature]);

export const encodePublication = (published: PublishedTicks): string =>
	abi.encode([PUBLICATION], [shownPublication(published)]);

export const encodeContradiction = (contradiction: Contradiction): string =>
	abi.encode([CONTRADICTION], [contradiction]);

/** P-9 (a), (b): the promised tick as it was published, with the item at the index if there is one. */
export function otherItem(published: PublishedTicks, { index, tick }: Promised): Contradiction {
	const tickIndex = Math.max(
		0,
		published.ticks.findIndex((candidate) => candidate.tick === tick),
	);
	const items = published.ticks[tickIndex]?.items ?? [];
	const itemSiblings = index < items.length ? merkleProof(items.map(hexToBytes), index).map(bytesToHex) : [];
	return {
		publication: shownPublication(published),
		tickCount: published.ticks.length,
		tickIndex,
		ticks: [tickProof(published, tickIndex)],
		item: items[index] ?? ZERO_HASH,
		itemSiblings,
	};
}

/** P-9 (c): the ticks before and after the one that is missing. */
export function missingTick(published: PublishedTicks, tick: number): Contradiction {
	const after = Math.max(
		1,
		published.ticks.findIndex((candidate) => candidate.tick > tick),
	);
	return {
		publication: shownPublication(published),
		tickCount: published.ticks.length,
		tickIndex: after - 1,
		ticks: [tickProof(published, after - 1), tickProof(published, after)],
		item: ZERO_HASH,
		itemSiblings: [],
	};
}

/** S-3. */
export const ticksRootOf = (ticks: readonly TickItems[]): Hash32 => bytesToHex(merkleRoot(ticks.map(hashOf)));

const rootOf = ({ items }: TickItems) => ({ count: items.length, root: merkleRoot(items.map(hexToBytes)) });

const hashOf = (tick: TickItems): Uint8Array => tickHash(tick.tick, rootOf(tick));

/** H-3, its fields by their names. */
export function shownPublication({ block, header, payload, publisher }: Omit<PublishedTicks, "ticks">): Publication {
	return {
		parent: header.parent,
		meta: packMeta(header),
		ticksRoot: header.ticksRoot,
		l1OriginHash: header.l1OriginHash,
		publisher,
		blockNumber: block.number,
		timestamp: block.timestamp,
		payload,
	};
}

function tickProof({ ticks }: PublishedTicks, place: number): TickProof {
	const proved = ticks[place] ?? { tick: 0, items: [] };
	const { count, root } = rootOf(proved);
	return {
		tick: proved.tick,
		itemCount: count,
		itemsRoot: bytesToHex(root),
		siblings: merkleProof(ticks.map(hashOf), place).map(bytesToHex),
	};
}
