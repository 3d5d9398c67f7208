/**
 * The same L1 executed once more, from genesis and without the bundles that were dropped: had one left anything behind, a block of some
 * rollup would differ. Positions are in no block, and neither is the order root (E-6: `prevRandao` comes from L1, the tick and
 * the rollup), so the blocks must be equal, hash by hash. Two rules do count what was dropped, the number of legs examined
 * (E-13) and the waste of a tick; what a devnet orders is far below both.
 */
import type { L1Source, Timeline } from "../derive/ports.ts";
import type { DerivedTick, L1Block } from "../derive/types.ts";
import { createClusterExecutor } from "../execute/executor.ts";
import type { ClusterExecutor } from "../execute/types.ts";
import { Engine } from "../node/engine.ts";
import type { PositionRecord, TickRecord } from "../node/records.ts";
import type { RollupId, Tick } from "../primitives/types.ts";
import { memoryStore } from "../store/open.ts";

/** What a run without the dropped bundles has different. */
export interface Traces {
	/** That were dropped, and left out. */
	readonly bundles: number;
	/** Of all rollups, in either run. */
	readonly blocks: number;
	/** Blocks that only one of the runs has, or whose hashes differ. */
	readonly differences: number;
}

type BlockId = TickRecord["blocks"][number];
type Executions = Pick<TickRecord, "tick" | "positions" | "blocks">;

/** Passes L1 on to a reader, and keeps the newest block of each number that went by. */
export class L1Recorder {
	readonly source: L1Source;
	/** Null: no longer kept. */
	#blocks: Map<number, L1Block> | null = new Map();

	constructor(source: L1Source) {
		this.source = {
			timeline: () => source.timeline(),
			heads: () => source.heads(),
			hashOf: (number) => source.hashOf(number),
			block: async (number) => {
				const block = await source.block(number);
				if (block !== null) this.#blocks?.set(number, block);
				return block;
			},
		};
	}

	/** Hands over the blocks up to that number, ascending, and keeps none from now on. */
	take(last: number): readonly L1Block[] {
		const blocks = [...(this.#blocks?.values() ?? [])].filter(({ number }) => number <= last);
		this.#blocks = null;
		return blocks.sort((a, b) => a.number - b.number);
	}
}

const positionKey = (tick: Tick, positionClass: 0 | 1, index: number): string => `${tick}/${positionClass}/${index}`;

const wasDropped = ({ bundle, outcome }: PositionRecord): boolean => bundle && outcome?.kind === "dropped";

/**
 * Null if no bundle was dropped.
 * @param blocks everything that the reader was given
 * @param ticks what it made of it
 * @param leaveOut which positions the second run does not see
 */
export async function tracesOf(
	timeline: Timeline,
	blocks: readonly L1Block[],
	ticks: readonly Executions[],
	leaveOut: (position: PositionRecord) => boolean = wasDropped,
): Promise<Traces | null> {
	const out = new Set(
		ticks.flatMap(({ positions, tick }) =>
			positions.filter(leaveOut).map((position) => positionKey(tick, position.class, position.index)),
		),
	);
	if (out.size === 0) return null;
	const store = await memoryStore();
	try {
		const engine = await Engine.open({
			timeline,
			store,
			outputs: null,
			clusters: null,
			index: false,
			createExecutor: async (cluster) =>
				blind(await createClusterExecutor({ cluster, config: timeline.config, store }), out),
		});
		const again: BlockId[] = [];
		for (const block of blocks) {
			for (const { record } of (await engine.apply(block)).ticks) again.push(...record.blocks);
		}
		return {
			bundles: out.size,
			...compareBlocks(
				ticks.flatMap((tick) => tick.blocks),
				again,
			),
		};
	} finally {
		await store.close();
	}
}

/** The executor, but it does not see some positions. */
function blind(executor: ClusterExecutor, out: ReadonlySet<string>): ClusterExecutor {
	const execute = executor.execute.bind(executor);
	const isSeen = (tick: DerivedTick, positionClass: 0 | 1) => (_: unknown, index: number) =>
		!out.has(positionKey(tick.tick, positionClass, index));
	return Object.assign(executor, {
		execute: (tick: DerivedTick) =>
			execute({
				...tick,
				forced: tick.forced.filter(isSeen(tick, 0)),
				items: tick.items.filter(isSeen(tick, 1)),
			}),
	});
}

function compareBlocks(first: readonly BlockId[], second: readonly BlockId[]): Pick<Traces, "blocks" | "differences"> {
	const place = (rollupId: RollupId, number: number): string => `${rollupId}/${number}`;
	const hashes = (blocks: readonly BlockId[]) =>
		new Map(blocks.map(({ hash, number, rollupId }) => [place(rollupId, number), hash]));
	const [before, after] = [hashes(first), hashes(second)];
	const places = new Set([...before.keys(), ...after.keys()]);
	return {
		blocks: places.size,
		differences: [...places].filter((one) => before.get(one) !== after.get(one)).length,
	};
}
