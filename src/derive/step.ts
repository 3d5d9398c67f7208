/** One L1 block; rules D-1 and D-2. */
import type { TimelineConfig } from "../primitives/types.ts";
import { applyHorizon } from "./horizon.ts";
import { applyPublication } from "./publication.ts";
import { recordLogs } from "./record.ts";
import type { DerivedTick, L1Block, L1Ref, OrderState, PublicationVerdict, StepResult } from "./types.ts";

/**
 * What the next canonical L1 block makes of the state. Pure: the same arguments give the same result, and the state that was given stays as it
 * was. Total: whatever bytes the block's logs carry, there is a result. The caller gives the blocks in order, each the child of `state.l1`.
 */
export function step(config: TimelineConfig, state: OrderState, block: L1Block): StepResult {
	const ticks: DerivedTick[] = [];
	const publications: PublicationVerdict[] = [];
	let current = applyHorizon(config, state, block.timestamp, ticks);
	for (const log of block.logs) {
		if (log.kind !== "published") continue;
		const applied = applyPublication(config, current, log, block, ticks);
		current = applied.state;
		publications.push(applied.verdict);
	}
	const recorded = recordLogs(current, block);
	const { hash, number, prevRandao, timestamp } = block;
	return {
		state: {
			...recorded.state,
			l1: { number, hash, timestamp },
			blocks: remember(config, current.blocks, { number, hash, timestamp, prevRandao }),
		},
		ticks,
		publications,
		registrations: recorded.registrations,
		messages: recorded.messages,
	};
}

/** D-2: the blocks that a later tick can still name, and the new one. */
function remember(config: TimelineConfig, blocks: readonly L1Ref[], block: L1Ref): readonly L1Ref[] {
	const all = [...blocks, block];
	const oldest = all.findLastIndex(
		({ timestamp }) => timestamp + config.maxLag + config.maxOriginAge <= block.timestamp,
	);
	return oldest > 0 ? all.slice(oldest) : all;
}
