/** Evidence of what a sequencer has promised and done, against the promise of the middle window's sequencer. */
import {
	encodeContradiction,
	encodeEquivocation,
	encodePublication,
	FAULT,
	missingTick,
	otherItem,
	type Promised,
	type PublishedTicks,
	type TickItems,
} from "../../../src/l1/evidence.ts";
import { type Evidence, item, items, type PreconfWorld, WINDOW } from "./preconf.ts";

export const TICK = 60;
const SLOT = WINDOW.first + 1;

export interface Showing {
	/** A promise of an item in `TICK`, unless said otherwise. */
	at(index: number, itemHash?: string, tick?: number): Promised;
	/** Evidence of the sequencer's promise. */
	evidence(promised: Promised, fault: number, proof: string, slot?: number): Promise<Evidence>;
	equivocates(promised: Promised, slot?: number): Promise<Evidence>;
	contradicts(promised: Promised, published: PublishedTicks): Promise<Evidence>;
	misses(promised: Promised, published: PublishedTicks): Promise<Evidence>;
	omits(promised: Promised, published?: PublishedTicks): Promise<Evidence>;
	voids(promised: Promised, published: PublishedTicks): Promise<Evidence>;
	/** Ticks 58 to 62, three items in each. */
	full(): TickItems[];
}

/** @param world as it is when the evidence is asked for */
export function showing(world: () => PreconfWorld): Showing {
	const at = (index: number, itemHash: string = item("promised"), tick = TICK): Promised => ({ tick, index, itemHash });

	async function evidence(promised: Promised, fault: number, proof: string, slot: number = SLOT): Promise<Evidence> {
		return { commitment: await world().promise(promised), slot, fault, proof };
	}

	const equivocates = async (promised: Promised, slot = SLOT): Promise<Evidence> => {
		const other = await world().promise({ ...promised, itemHash: item("other") });
		return await evidence(promised, FAULT.equivocation, encodeEquivocation(other), slot);
	};

	const contradicts = async (promised: Promised, published: PublishedTicks): Promise<Evidence> =>
		await evidence(promised, FAULT.contradiction, encodeContradiction(otherItem(published, promised)));

	const misses = async (promised: Promised, published: PublishedTicks): Promise<Evidence> =>
		await evidence(promised, FAULT.contradiction, encodeContradiction(missingTick(published, promised.tick)));

	const omits = async (promised: Promised, published?: PublishedTicks): Promise<Evidence> =>
		await evidence(
			promised,
			FAULT.omission,
			published === undefined ? "0x" : encodePublication(published),
			WINDOW.last,
		);

	const voids = async (promised: Promised, published: PublishedTicks): Promise<Evidence> =>
		await evidence(promised, FAULT.void, encodePublication(published));

	const full = (): TickItems[] => [58, 59, 60, 61, 62].map((tick) => ({ tick, items: items(3) }));

	return { at, contradicts, equivocates, evidence, full, misses, omits, voids };
}
