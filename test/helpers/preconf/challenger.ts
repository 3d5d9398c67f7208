/** Who knows every commitment and every publication there ever was, and tries every fault with all of them (P-8 to P-11). */
import { Interface } from "ethers";
import type { Receipt } from "../../../src/codec/receipt.ts";
import { slotAt } from "../../../src/derive/clock.ts";
import {
	type Contradiction,
	type Evidence,
	encodeContradiction,
	encodeEquivocation,
	encodePublication,
	encodeSlash,
	FAULT,
	missingTick,
	otherItem,
	type PublishedTicks,
} from "../../../src/l1/evidence.ts";
import { ABI, addressOf, challenger, EPOCH, type RightsWorld } from "./rightsWorld.ts";

/** What became of all evidence: what passed, and how often which error refused the rest. */
export interface Verdict {
	readonly passed: readonly Evidence[];
	readonly refused: ReadonlyMap<string, number>;
}

/** Errors of all contracts that a question to the slasher goes through. */
const ERRORS = new Interface([
	...[ABI.slasher, ABI.rights].flatMap((abi) =>
		abi.fragments.filter(({ type }) => type === "error").map((error) => error.format("full")),
	),
	"error UnknownEntry(uint256 id, bytes32 found)",
]);
const BATCH = 200;

/** Tries everything on the chain there is. Throws if a question fails for any other reason than a contract's. */
export async function challenge(
	world: RightsWorld,
	receipts: readonly Receipt[],
	published: readonly PublishedTicks[],
): Promise<Verdict> {
	const evidence: Evidence[] = [];
	const slots = new Map<number, readonly number[]>();
	for (const { tick } of receipts) if (!slots.has(tick)) slots.set(tick, await slotsOf(world, tick));
	for (const receipt of receipts)
		evidence.push(...evidenceOf(receipt, receipts, published, slots.get(receipt.tick) ?? []));
	const passed: Evidence[] = [];
	const refused = new Map<string, number>();
	for (let i = 0; i < evidence.length; i += BATCH) {
		const some = evidence.slice(i, i + BATCH);
		for (const [place, error] of (await ask(world, some)).entries()) {
			const one = some[place] as Evidence;
			if (error === null) passed.push(one);
			else refused.set(error, (refused.get(error) ?? 0) + 1);
		}
	}
	return { passed, refused };
}

/** Slots in whose window the tick is, and one before and one after them. */
async function slotsOf(world: RightsWorld, tick: number): Promise<number[]> {
	const { config } = world;
	const around = slotAt(config, config.genesisTime + tick * config.tickSeconds);
	const slots: number[] = [];
	for (let slot = around - 1; slot <= around + EPOCH; slot++) {
		const right = await world.rightOf(slot);
		if (right === null || right.minTick > tick) break;
		if (right.maxTick >= tick) slots.push(slot);
	}
	const [first = around, last = around] = [slots[0], slots.at(-1)];
	return [first - 1, ...(slots.length === 0 ? [first] : slots), last + 1];
}

function evidenceOf(
	commitment: Receipt,
	all: readonly Receipt[],
	published: readonly PublishedTicks[],
	slots: readonly number[],
): Evidence[] {
	// The window's last slot, where there is a window: no other is right for an omission.
	const slot = slots.at(-2) ?? 0;
	const last = published.slice(-1).map(encodePublication);
	const { index, tick } = commitment;
	const others = all.filter((other) => other.tick === tick && other !== commitment);
	return [
		...others.map((other) => ({ fault: FAULT.equivocation, slot, proof: encodeEquivocation(other) })),
		...published.flatMap((publication) => {
			const contradiction = contradictionOf(publication, { tick, index, itemHash: commitment.itemHash });
			const proof = contradiction === null ? null : encodeContradiction(contradiction);
			return proof === null ? [] : [slot, slots[0] ?? 0].map((at) => ({ fault: FAULT.contradiction, slot: at, proof }));
		}),
		...last.map((proof) => ({ fault: FAULT.void, slot, proof })),
		...slots.flatMap((at) =>
			["0x", ...(at === slot ? published.map(encodePublication) : last)].map((proof) => ({
				fault: FAULT.omission,
				slot: at,
				proof,
			})),
		),
	].map((one) => ({ commitment, ...one }));
}

/** Whatever the publication has at or around the place. */
function contradictionOf(
	published: PublishedTicks,
	promised: Pick<Receipt, "tick" | "index" | "itemHash">,
): Contradiction | null {
	const has = published.ticks.some(({ tick }) => tick === promised.tick);
	if (!has && published.ticks.length < 2) return null;
	return has ? otherItem(published, promised) : missingTick(published, promised.tick);
}

interface Answer {
	readonly id: number;
	readonly error?: { readonly data?: string; readonly message: string };
}

/** For each, the error's name, or null if it passes. */
async function ask(world: RightsWorld, evidence: readonly Evidence[]): Promise<(string | null)[]> {
	const requests = evidence.map((one, id) => ({
		jsonrpc: "2.0",
		id,
		method: "eth_call",
		params: [{ from: addressOf(challenger), to: world.at.slasher, data: encodeSlash(one), gas: "0x2dc6c0" }, "latest"],
	}));
	const response = await fetch(world.chain.url, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(requests),
	});
	const answers = (await response.json()) as readonly Answer[];
	const names = new Map(answers.map(({ error, id }) => [id, error === undefined ? null : nameOf(error)]));
	return evidence.map((_, id) => {
		const name = names.get(id);
		if (name === undefined) throw new Error("the node left out an answer");
		return name;
	});
}

function nameOf({ data, message }: { readonly data?: string; readonly message: string }): string {
	const name = data === undefined ? undefined : ERRORS.parseError(data)?.name;
	if (name === undefined) throw new Error(`no contract's refusal: ${message} ${data}`);
	return name;
}
