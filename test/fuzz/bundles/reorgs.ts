/** What L1 does when it takes back blocks: goes on in another way, and perhaps comes with the first ones again. */
import type { Chain } from "./chain.ts";
import { noteL1Message, type World } from "./world.ts";

export interface Reorging {
	readonly world: World;
	readonly chain: Chain;
	readonly findings: string[];
	/** Counts what was met. */
	meet(what: string): void;
	/** Thinks up and executes the next tick. */
	tick(): Promise<void>;
}

const MAX_DEPTH = 64;
/** Ticks of a continuation that may be taken back itself. */
const MAX_TICKS = 3;

/** A few blocks, or all there can be. */
function depthOf({ random }: World, length: number): number {
	const limit = Math.min(random.pick([2, 8, MAX_DEPTH, MAX_DEPTH]), length);
	return random.chance(0.5) ? limit : random.between(1, limit);
}

/** How often blocks were taken back. */
export async function reorg({ world, chain, findings, meet, tick }: Reorging): Promise<1 | 2> {
	const { random } = world;
	await chain.commit();
	const depth = depthOf(world, chain.length);
	const orphaned = await chain.unwind(depth);
	world.orphans = orphaned.lost;
	meet(`reorg: depth ${depth > 32 ? "33 to 64" : depth > 8 ? "9 to 32" : "1 to 8"}`);
	const fork = chain.length;
	await chain.begin();
	for (const message of orphaned.messages) {
		if (!random.chance(0.3)) continue;
		noteL1Message(world, { ...message, l1Block: message.l1Block + random.below(3) });
		meet("reorg: a message from L1 again");
	}
	for (let i = random.between(1, MAX_TICKS); i > 0 && findings.length === 0; i--) {
		await tick();
		await chain.commit();
	}
	if (findings.length > 0 || random.chance(0.3)) return 1;
	world.orphans = (await chain.unwind(chain.length - fork)).lost;
	meet("reorg: back to what was");
	const difference = await chain.replay(orphaned);
	if (difference !== null) findings.push(difference);
	return 2;
}
