/** Gas of whole transactions that seal an epoch or show a fault, in publications of 4,096 ticks with 1,000 items in each that matters. */
import { ethers } from "ethers";
import {
	encodeContradiction,
	encodeEquivocation,
	encodePublication,
	FAULT,
	missingTick,
	otherItem,
	type PublishedTicks,
} from "../src/l1/evidence.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import type { Hash32 } from "../src/primitives/types.ts";
import { SLOTS_PER_EPOCH, seeded } from "../test/helpers/beacon/synthetic.ts";
import { commit } from "./commitments.ts";
import { createEvidenceL1, DELEGATED, type EvidenceL1, UNDELEGATED } from "./evidence-l1.ts";

export interface EvidenceCost {
	readonly name: "seal" | "slash";
	/** Whether the places in the ring were used before. */
	readonly warm: boolean;
	readonly fault?: string;
	readonly gas: number;
}

const TICKS = 4_096;
const ITEMS = 1_000;
/** Which item is promised, of ticks that are so far from the publication's last one. */
const INDEX = 499;
const [WITH_ITEMS, LEFT_OUT] = [20, 30];
/** Epochs until a seal's places are used again. */
const RING = 512;
/** The window's last slot in its epoch, and the one in which is published. */
const [LAST, PUBLISHED] = [15, 8];
/** Longer than what opens the timeline to everybody: any ticks can then be published. */
const QUIET_EPOCHS = 60;

const item = (label: string): Hash32 => seeded(label);

/**
 * Every fault, first of its sequencer and tick, paid out of a bond that outlasts it; everything cold.
 * Throws `halt` with code `bench-reverted` if the slasher refuses one.
 */
export async function measureEvidence(funder: ethers.Wallet): Promise<EvidenceCost[]> {
	const l1 = await createEvidenceL1(funder);
	const seals: EvidenceCost[] = [];
	for (const [warm, epoch] of [l1.firstEpoch, l1.firstEpoch + RING].entries())
		seals.push({ name: "seal", warm: warm === 1, gas: await l1.seal(epoch, DELEGATED) });
	// The first payment to the zero address, where the chain has not had one.
	await (await funder.sendTransaction({ to: ethers.ZeroAddress, value: 1n })).wait();
	const epoch = l1.firstEpoch + RING + 2;
	const costs = [...(await ofProposers(l1, epoch)), await ofStaked(l1, epoch + QUIET_EPOCHS)];
	return [...seals, ...costs.map((cost) => ({ name: "slash" as const, warm: false, ...cost }))];
}

type Cost = Pick<EvidenceCost, "fault" | "gas">;

/** In the window of a proposer's delegate: its epoch's first half. */
async function ofProposers(l1: EvidenceL1, epoch: number): Promise<Cost[]> {
	const first = epoch * SLOTS_PER_EPOCH;
	const slot = first + LAST;
	await l1.seal(epoch, proposersAt([LAST]));
	const base = await publishAll(l1, first + PUBLISHED, 0);
	const tick = (base.ticks.at(-1)?.tick ?? 0) - WITH_ITEMS;
	const { maxTick: lastTick } = await l1.rights.rightOf(slot);
	const maxTick = Number(lastTick);
	// The last two slots of the window were not missed.
	await l1.at(slot + 2);
	for (const had of [slot - 1, slot]) await l1.setRoot(l1.startOf(had), item("root"));

	const promised = { index: INDEX, itemHash: item("promised") };
	const costs: Cost[] = [];
	const row = async (fault: string, at: { readonly tick: number; readonly index?: number }, evidence: Shown) => {
		const commitment = await commit(l1.sequencer, l1.domain, { ...promised, ...at });
		costs.push({ fault, gas: await slash(l1, { commitment, slot, ...evidence }) });
	};
	const other = await commit(l1.sequencer, l1.domain, { ...promised, tick, itemHash: item("other") });
	await row("equivocation", { tick }, { fault: FAULT.equivocation, proof: encodeEquivocation(other) });
	const few = { tick: tick + 1, index: ITEMS };
	await row("contradiction (a): fewer items", few, contradiction(base, few));
	await row("contradiction (b): another item", { tick: tick + 2 }, contradiction(base, { tick: tick + 2 }));
	const missing = (base.ticks.at(-1)?.tick ?? 0) - LEFT_OUT;
	const neighbours = encodeContradiction(missingTick(base, missing));
	await row("contradiction (c): no such tick", { tick: missing }, { fault: FAULT.contradiction, proof: neighbours });
	await (await l1.verifier.setAnswer(ethers.toBeHex(2, 32))).wait();
	await row("void", { tick: tick + 4 }, { fault: FAULT.void, proof: encodePublication(base) });
	await row("omission: nothing published", { tick: maxTick - 1 }, { fault: FAULT.omission, proof: "0x" });
	// The remainder is its own, too, drawn by stake.
	const after = await l1.publish([{ tick: maxTick + 1, items: [] }], first + SLOTS_PER_EPOCH - 2);
	const taken = { fault: FAULT.omission, proof: encodePublication(after) };
	await row("omission: taken later", { tick: maxTick }, taken);
	return costs;
}

/** In an epoch of the staked set's: its pool is slashed, too. */
async function ofStaked(l1: EvidenceL1, epoch: number): Promise<Cost> {
	const slot = epoch * SLOTS_PER_EPOCH + PUBLISHED;
	await l1.seal(epoch, proposersAt([]));
	const base = await publishAll(l1, slot, 2);
	const tick = (base.ticks.at(-1)?.tick ?? 0) - WITH_ITEMS;
	const commitment = await commit(l1.sequencer, l1.domain, { tick, index: INDEX, itemHash: item("promised") });
	const gas = await slash(l1, { commitment, slot, ...contradiction(base, { tick }) });
	return { fault: "contradiction (b), of the staked set's", gas };
}

/** Of an epoch: the sequencer's validators in these slots only. */
const proposersAt = (slots: readonly number[]): number[] =>
	Array.from({ length: SLOTS_PER_EPOCH }, (_, slot) => (slots.includes(slot) ? slot : UNDELEGATED));

/** All but one of 4,097 ticks, which anyone may publish after so long a time. @param newest the newest publication's number */
async function publishAll(l1: EvidenceL1, slot: number, newest: number): Promise<PublishedTicks> {
	const last = l1.tickAt(slot);
	const items = Array.from({ length: ITEMS }, (_, index) => item(`item ${index}`));
	const numbers = Array.from({ length: TICKS + 1 }, (_, index) => last - TICKS + index);
	const ticks = numbers
		.filter((tick) => tick !== last - LEFT_OUT)
		.map((tick) => ({ tick, items: last - tick <= WITH_ITEMS && last - tick > WITH_ITEMS - 8 ? items : [] }));
	return await l1.publish(ticks, slot, ethers.toBeHex(newest, 32));
}

interface Shown {
	readonly fault: number;
	readonly proof: string;
}

function contradiction(base: PublishedTicks, { index = INDEX, tick }: { tick: number; index?: number }): Shown {
	const promised = { tick, index, itemHash: item("promised") };
	return { fault: FAULT.contradiction, proof: encodeContradiction(otherItem(base, promised)) };
}

async function slash({ challenger, slasher }: EvidenceL1, evidence: object): Promise<number> {
	const own = slasher.connect(challenger);
	const sent = await own.slash(evidence as Parameters<typeof own.slash>[0], { gasLimit: 1_000_000 });
	const receipt = await sent.wait();
	if (receipt?.status !== 1)
		throw new MeridianError("halt", "bench-reverted", `The slasher refused the evidence of ${sent.hash}`, { receipt });
	return Number(receipt.gasUsed);
}
