/** Which L1 block a new tick has seen. */
import { tickTime } from "../derive/clock.ts";
import type { L1Ref, OrderState } from "../derive/types.ts";
import type { Tick, TimelineConfig } from "../primitives/types.ts";

/**
 * The newest L1 block that is at least `depth` blocks below the head, so that small reorgs do not undo the tick; a shallower one rather than one
 * that is too old for the tick (D-5). Null if there is none.
 * @param safe order state after the L1 head
 * @param unsafe order state that the tick follows
 */
export function chooseOrigin(
	config: TimelineConfig,
	safe: OrderState,
	unsafe: OrderState,
	tick: Tick,
	depth = 1,
): L1Ref | null {
	const time = tickTime(config, tick);
	const usable = safe.blocks.filter(
		({ number, timestamp }) =>
			timestamp <= time && timestamp >= time - config.maxOriginAge && number >= unsafe.lastOrigin,
	);
	return usable.findLast(({ number }) => number <= safe.l1.number - depth) ?? usable[0] ?? null;
}
