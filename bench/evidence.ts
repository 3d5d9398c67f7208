/** Gas of whole transactions that show a fault, in a publication of 4,096 ticks with 1,000 items in each that matters. */
import { ethers } from "ethers";
import { MeridianError } from "../src/primitives/errors.ts";
import { keccakHex } from "../src/primitives/hash.ts";
import type { Hash32 } from "../src/primitives/types.ts";
import {
	commit,
	encodeContradiction,
	encodeEquivocation,
	encodePublication,
	FAULT,
	missingTick,
	otherItem,
	type PublishedTicks,
} from "./evidence-proofs.ts";
import { createPreconfL1, type PreconfL1, SLOT_SECONDS, TICKS_PER_SLOT } from "./preconf-l1.ts";

export interface EvidenceCost {
	readonly fault: string;
	readonly gas: number;
}

interface Bench {
	readonly l1: PreconfL1;
	readonly sequencer: ethers.Wallet;
	readonly challenger: ethers.Wallet;
	/** Of the windows, in ticks and slots. */
	readonly maxTick: number;
	readonly lastSlot: number;
	readonly base: PublishedTicks;
}

const TICKS = 4_096;
const ITEMS = 1_000;
const BY_PROPOSER = 2;
const BY_STAKE = 3;
/** Which tick of the publication is promised, and which item of it. */
const TICK = 2_049;
const INDEX = 499;

const item = (label: string): Hash32 => keccakHex(new TextEncoder().encode(label));

/**
 * Every fault, first of its sequencer and tick, paid out of a bond that outlasts it; everything cold.
 * Throws `halt` with code `bench-reverted` if the slasher refuses one.
 */
export async function measureEvidence(funder: ethers.Wallet): Promise<EvidenceCost[]> {
	const bench = await prepare(funder);
	const { base, l1, sequencer } = bench;
	const tick = base.ticks[TICK]?.tick ?? 0;
	const promised = { tick, index: INDEX, itemHash: item("promised") };
	const commitment = await commit(sequencer, l1.domain, promised);
	const other = await commit(sequencer, l1.domain, { ...promised, itemHash: item("other") });
	const rows: EvidenceCost[] = [];
	const row = async (fault: string, evidence: object, kind = BY_PROPOSER): Promise<void> => {
		await setKind(bench, kind);
		rows.push({ fault, gas: await slash(bench, { commitment, slot: bench.lastSlot, ...evidence }) });
	};
	// The first payment to the zero address, where the chain has not had one.
	await (await funder.sendTransaction({ to: ethers.ZeroAddress, value: 1n })).wait();
	await row("equivocation", { fault: FAULT.equivocation, proof: encodeEquivocation(other) });
	const contradiction = { fault: FAULT.contradiction };
	const few = await commitAt(bench, { tick: tick + 1, index: ITEMS });
	await row("contradiction (a): fewer items", { ...contradiction, ...few });
	const another = await commitAt(bench, { tick: tick + 2, index: INDEX });
	await row("contradiction (b): another item", { ...contradiction, ...another });
	const missing = await commit(sequencer, l1.domain, { ...promised, tick: MISSING(base) });
	const neighbours = encodeContradiction(missingTick(base, MISSING(base)));
	await row("contradiction (c): no such tick", { ...contradiction, commitment: missing, proof: neighbours });
	const byStake = await commitAt(bench, { tick: tick + 3, index: INDEX });
	await row("contradiction (b), of the staked set's", { ...contradiction, ...byStake }, BY_STAKE);
	await (await l1.verifier.setAnswer(ethers.toBeHex(2, 32))).wait();
	const void_ = await commit(sequencer, l1.domain, { ...promised, tick: tick + 4 });
	await row("void", { fault: FAULT.void, commitment: void_, proof: encodePublication(base) });
	const late = await commit(sequencer, l1.domain, { ...promised, tick: bench.maxTick - 1 });
	await row("omission: nothing published", { fault: FAULT.omission, commitment: late, proof: "0x" });
	const taken = await takeLast(bench);
	const lost = await commit(sequencer, l1.domain, { ...promised, tick: bench.maxTick });
	await row("omission: taken later", { fault: FAULT.omission, commitment: lost, proof: encodePublication(taken) });
	return rows;
}

/** Somebody else publishes the window's last tick, once it is over. */
async function takeLast({ challenger, l1, maxTick }: Bench): Promise<PublishedTicks> {
	await (await l1.rights.setOpener(challenger.address)).wait();
	return await l1.publish(challenger, [{ tick: maxTick, items: [] }], (await l1.now()) + SLOT_SECONDS);
}

/** The tick that the publication leaves out. */
const MISSING = ({ ticks }: PublishedTicks): number => (ticks[TICK - 100]?.tick ?? 0) + 1;

async function prepare(funder: ethers.Wallet): Promise<Bench> {
	const l1 = await createPreconfL1(funder, { maxLag: 20_000, ringSize: 8_192 });
	const fresh = (label: string) => new ethers.Wallet(item(label), funder.provider);
	const [sequencer, challenger] = [fresh("sequencer"), fresh("challenger")];
	for (const { address } of [sequencer, challenger])
		await (await funder.sendTransaction({ to: address, value: 10n ** 18n })).wait();
	await (await l1.slasher.add(sequencer.address, { value: 20n * 10n ** 18n })).wait();
	const firstSlot = Math.ceil((TICKS + 1) / TICKS_PER_SLOT) + 2;
	const lastSlot = firstSlot + 1;
	const bench = { l1, sequencer, challenger, maxTick: lastSlot * TICKS_PER_SLOT, lastSlot };
	await setKind(bench, BY_PROPOSER);
	const items = Array.from({ length: ITEMS }, (_, index) => item(`item ${index}`));
	// All but one of 4,097 ticks.
	const numbers = Array.from({ length: TICKS + 1 }, (_, index) => index + 1).filter((n) => n !== TICK - 100 + 2);
	const ticks = numbers.map((tick) => ({ tick, items: tick >= TICK && tick < TICK + 8 ? items : [] }));
	const base = await l1.publish(sequencer, ticks, l1.startOf(firstSlot));
	await l1.setPayload(lastSlot, true);
	await l1.at(l1.startOf(lastSlot + 1));
	await l1.provider.send("evm_mine", []);
	return { ...bench, base };
}

/** Two slots; the next belong to nobody. */
async function setKind({ l1, lastSlot, maxTick, sequencer }: Omit<Bench, "base">, kind: number): Promise<void> {
	const window = { sequencer: sequencer.address, minTick: 1, maxTick, kind };
	await (await l1.rights.setWindow(lastSlot - 1, lastSlot, window)).wait();
}

async function commitAt({ base, l1, sequencer }: Bench, place: { readonly tick: number; readonly index: number }) {
	const promised = { ...place, itemHash: item("promised") };
	return {
		commitment: await commit(sequencer, l1.domain, promised),
		proof: encodeContradiction(otherItem(base, promised)),
	};
}

async function slash({ challenger, l1 }: Bench, evidence: object): Promise<number> {
	const latest = await l1.now();
	await l1.at(latest + SLOT_SECONDS);
	const slasher = l1.slasher.connect(challenger);
	const options = { gasLimit: 1_000_000 };
	const sent = await slasher.slash(evidence as Parameters<typeof slasher.slash>[0], options);
	const receipt = await sent.wait();
	if (receipt?.status !== 1)
		throw new MeridianError("halt", "bench-reverted", `The slasher refused the evidence of ${sent.hash}`, { receipt });
	return Number(receipt.gasUsed);
}
