/** Whose the coming slots are, as L1 says: asked slot by slot, and kept, since a right that is fixed does not change. */
import { handoverLeadOf, isSameRight, type Right, rightOf, type Window } from "../../l1/rights.ts";
import type { RpcTransport } from "../../l1/rpc.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address, Tick } from "../../primitives/types.ts";

export interface BookOptions {
	readonly rpc: RpcTransport;
	/** The timeline's rights module. */
	readonly rights: Address;
	/** How many slots from the current one on are asked for. 64 by default: two epochs, and no later one is ever known. */
	readonly slotsAhead?: number;
}

const NOBODY = 1;

export class WindowBook {
	readonly #options: Required<BookOptions>;
	#rights: ReadonlyMap<number, Right> = new Map();

	constructor(options: BookOptions) {
		this.#options = { slotsAhead: 64, ...options };
	}

	/**
	 * Asks whose the slots are from the one before `slot` on; those that are known are not asked again.
	 * @param afresh asks for all: after a reorg of L1, a seal may be gone. Throws what the node's transport throws.
	 */
	async refresh(slot: number, afresh = false): Promise<void> {
		const { rights, rpc, slotsAhead } = this.#options;
		const known = afresh ? new Map<number, Right>() : this.#rights;
		const next = new Map<number, Right>();
		for (let one = Math.max(0, slot - 1); one <= slot + slotsAhead; one++) {
			const before = known.get(one);
			// Until its epoch begins, somebody may still be drawn for it.
			const fixed = before !== undefined && (before.kind !== NOBODY || one <= slot);
			const right = fixed ? before : await rightOf(rpc, rights, one);
			// Nothing is known of later ones either.
			if (right === null) break;
			next.set(one, right);
		}
		this.#rights = next;
	}

	/** All that are known. */
	windows(): readonly Window[] {
		const all = [...this.#rights.keys()].map((slot) => this.windowAt(slot));
		return all.filter((window, i): window is Window => window !== null && window.firstSlot !== all[i - 1]?.firstSlot);
	}

	/** The window that the slot is in; null if it is not known. */
	windowAt(slot: number): Window | null {
		const right = this.#rights.get(slot);
		if (right === undefined) return null;
		let [firstSlot, lastSlot] = [slot, slot];
		while (isSameRight(right, this.#rights.get(firstSlot - 1) ?? null)) firstSlot--;
		while (isSameRight(right, this.#rights.get(lastSlot + 1) ?? null)) lastSlot++;
		return { ...right, firstSlot, lastSlot };
	}

	/** The window that the tick is in; null if it is not known. */
	windowOf(tick: Tick): Window | null {
		for (const [slot, { maxTick, minTick }] of this.#rights)
			if (minTick <= tick && tick <= maxTick) return this.windowAt(slot);
		return null;
	}
}

/**
 * Seconds between a window's last tick and its last slot. Throws `usage` with `no-windows` if the timeline's rights are not those of section 3 of
 * docs/spec/rights.md, and what the transport throws.
 */
export async function windowLeadOf(rpc: RpcTransport, rights: Address): Promise<number> {
	const lead = await handoverLeadOf(rpc, rights);
	if (lead !== null) return lead;
	const right = await rightOf(rpc, rights, 0);
	const instead: Readonly<Record<number, string>> = {
		0: `one sequencer, ${right?.sequencer}, publishes every tick`,
		1: "anyone may publish every tick",
	};
	const why = instead[right?.kind ?? -1] ?? "they are none that this software knows";
	throw new MeridianError(
		"usage",
		"no-windows",
		`This timeline has no windows of L1's proposers (its rights are at ${rights}): ${why}`,
		{ rights, hint: "check --inbox; meridian publish sends to timelines without windows by hand" },
	);
}
