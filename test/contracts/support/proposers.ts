/** A timeline of L1's proposers on a chain in this process, slot by slot, with an oracle, a registry and a draw that say what they are told. */
import type { ethers } from "ethers";
import { packMeta } from "../../../src/codec/header.ts";
import { buildPublication } from "../../../src/derive/plan.ts";
import type { RpcTransport } from "../../../src/l1/rpc.ts";
import { MeridianError } from "../../../src/primitives/errors.ts";
import type { Address, Hash32 } from "../../../src/primitives/types.ts";
import {
	type DelegatesMock,
	DelegatesMock__factory,
	type DrawMock,
	DrawMock__factory,
	type LookaheadMock,
	LookaheadMock__factory,
	type ProposerRights,
	ProposerRights__factory,
} from "../../../typechain-types/index.ts";
import { createTestTimeline, type TestTimeline } from "./timeline.ts";

const SLOT = 12;
export const SLOTS_PER_EPOCH = 8;
const LEAD = 4;
const TICK = 2;
/** Of the beacon chain, when the timeline begins: not an epoch's first. */
const GENESIS_SLOT = 100;

/** One that goes slot by slot, whoever its oracle and its registry are. */
export interface SlotTimeline extends TestTimeline {
	readonly rights: ProposerRights;
	readonly beaconGenesisTime: number;
	readonly genesisTime: number;
}

export interface ProposerTimeline extends SlotTimeline {
	readonly oracle: LookaheadMock;
	readonly delegates: DelegatesMock;
	readonly draw: DrawMock;
}

/** `maxLag` is 8 slots, so the timeline opens after 9 without a tick. */
export async function createProposerTimeline(): Promise<ProposerTimeline> {
	let made: Pick<ProposerTimeline, "oracle" | "delegates" | "draw" | "beaconGenesisTime" | "genesisTime"> | undefined;
	const timeline = await createTestTimeline(async (signer) => {
		const now = (await signer.provider?.getBlock("latest"))?.timestamp ?? 0;
		const genesisTime = now - (now % SLOT);
		const beaconGenesisTime = genesisTime - GENESIS_SLOT * SLOT;
		const oracle = await new LookaheadMock__factory(signer).deploy(beaconGenesisTime, SLOT, SLOTS_PER_EPOCH);
		const delegates = await new DelegatesMock__factory(signer).deploy();
		const draw = await new DrawMock__factory(signer).deploy();
		made = { oracle, delegates, draw, beaconGenesisTime, genesisTime };
		return {
			genesisTime,
			maxLag: 8 * SLOT,
			forcedDelay: 5 * SLOT,
			maxOriginAge: 4 * SLOT,
			proposers: {
				oracle: await oracle.getAddress(),
				proposerRegistry: await delegates.getAddress(),
				stakedSet: await draw.getAddress(),
				handoverLead: LEAD,
			},
		};
	});
	if (made === undefined) throw new Error("the timeline was not made");
	return { ...timeline, ...made, rights: ProposerRights__factory.connect(timeline.addresses.rights, timeline.signer) };
}

export const startOf = ({ beaconGenesisTime }: SlotTimeline, slot: number): number => beaconGenesisTime + slot * SLOT;

export async function currentSlot(timeline: SlotTimeline): Promise<number> {
	const latest = await timeline.provider.getBlock("latest");
	return Math.floor(((latest?.timestamp ?? 0) - timeline.beaconGenesisTime) / SLOT);
}

/** Mines a block at the start of each slot up to this one; the next stands in it, too. */
export async function advanceTo(timeline: SlotTimeline, slot: number): Promise<void> {
	for (let next = (await currentSlot(timeline)) + 1; next <= slot; next++) {
		await timeline.provider.send("evm_setNextBlockTimestamp", [startOf(timeline, next)]);
		await timeline.provider.send("evm_mine", []);
	}
}

/** The chain as a reader's transport: what it lacks, it says as nodes do. */
export function transportOf({ provider }: SlotTimeline): RpcTransport {
	return {
		label: "EDR",
		async request(method, params) {
			if (method === "eth_getBlockReceipts")
				throw new MeridianError("usage", "rpc-method-missing", "EDR has no eth_getBlockReceipts", { method });
			return await provider.send(method, [...params]);
		},
	};
}

/**
 * Makes known, in the epoch before, who proposes in an epoch, and who has been drawn for it.
 * @param proposers validators, slot by slot
 */
export async function prepareEpoch(
	timeline: ProposerTimeline,
	epoch: number,
	proposers: readonly number[],
	drawn: string,
): Promise<void> {
	await advanceTo(timeline, (epoch - 1) * SLOTS_PER_EPOCH + 1);
	await timeline.oracle.set(epoch, [...proposers]);
	await timeline.draw.set(epoch, drawn);
}

/** The first and the last tick of the slot's window. */
export async function ticksOf({ rights }: SlotTimeline, slot: number): Promise<[number, number]> {
	const { minTick, maxTick } = await rights.rightOf(slot);
	return [Number(minTick), Number(maxTick)];
}

/** In the slot's block, publishes the ticks from `first` to `last`, all empty. Rejects with the contract's error. */
export async function publishAt(
	timeline: SlotTimeline,
	slot: number,
	publisher: ethers.Wallet,
	[first, last]: readonly [number, number],
	proof = "0x",
): Promise<ethers.ContractTransactionResponse> {
	await advanceTo(timeline, slot);
	const { inbox } = timeline;
	const origin = await originOf(timeline, first);
	const parent = (await inbox.head()) as Hash32;
	const ticks = Array.from({ length: last - first + 1 }, (_, index) => ({
		tick: first + index,
		l1Origin: origin.number,
		items: [],
	}));
	const built = buildPublication({
		parent,
		coinbase: publisher.address.toLowerCase() as Address,
		l1OriginHash: origin.hash as Hash32,
		target: "calldata",
		ticks,
	});
	if (!built.ok) throw new Error(`${built.bytes} bytes are too many`);
	const { data, header } = built;
	return await inbox
		.connect(publisher)
		.publishCalldata(parent, packMeta(header), header.ticksRoot, header.l1OriginHash, data, proof);
}

/** The last block that is not after the tick. */
async function originOf({ genesisTime, provider }: SlotTimeline, tick: number) {
	for (let number = await provider.getBlockNumber(); ; number--) {
		const block = await provider.getBlock(number);
		if (block === null) throw new Error(`no block before tick ${tick}`);
		if (block.timestamp <= genesisTime + tick * TICK) return block;
	}
}
