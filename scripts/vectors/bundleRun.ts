/** Runs a case of ticks through an implementation, and writes down what it says in the vectors' words. */
import { decodeManifest } from "../../src/codec/manifest.ts";
import type { DerivedTick } from "../../src/derive/types.ts";
import { createClusterExecutor } from "../../src/execute/executor.ts";
import type { IncludedTx, ItemResult } from "../../src/execute/types.ts";
import type { ClusterId, Hash32, Item, RollupId } from "../../src/primitives/types.ts";
import { memoryStore } from "../../src/store/open.ts";
import { type BundleCase, derivedTick, type VectorTick } from "./bundleJson.ts";
import { type Json, quantity, unpack } from "./format.ts";

type Fields = Readonly<Record<string, Json>>;

/** What one cluster tells of a tick. */
export interface Told {
	readonly outcomes: readonly { readonly class: 0 | 1; readonly index: number; readonly result: Fields }[];
	readonly blocks: readonly { readonly rollupId: RollupId; readonly number: number; readonly hash: Hash32 }[];
}

/** An implementation of the specification. */
export interface Implementation {
	/** The items of the tick, or why its publication is void. */
	decode(manifest: Uint8Array, tick: VectorTick): readonly Item[] | string;
	/** An executor of one cluster that knows the case's rollups and messages. */
	open(entry: BundleCase, cluster: ClusterId): Promise<(tick: DerivedTick) => Promise<Told>>;
}

export const includedJson = (outcome: "held" | "included", legs: readonly Omit<IncludedTx, "logs">[]): Fields => ({
	outcome,
	legs: legs.map(({ blockNumber, gasUsed, rollupId, status, txHash, txIndex }) => ({
		rollupId: quantity(rollupId),
		blockNumber: quantity(blockNumber),
		txIndex: quantity(txIndex),
		txHash,
		status: quantity(status),
		gasUsed: quantity(gasUsed),
	})),
});

/** @param leg the place and reason of the leg that a bundle failed at */
export const droppedJson = (reason: string, leg?: { readonly place: number; readonly reason: string }): Fields => ({
	outcome: "dropped",
	reason,
	...(leg !== undefined && { leg: { place: quantity(leg.place), reason: leg.reason } }),
});

/** Per tick the verdict on its manifest, what became of each position, and the blocks. */
export async function runCase(entry: BundleCase, { decode, open }: Implementation): Promise<readonly Fields[]> {
	const clusters = [...new Set([1, ...entry.rollups.map(({ registration }) => registration.config.cluster)])];
	const executors = await Promise.all(clusters.map((cluster) => open(entry, cluster)));
	const results: Fields[] = [];
	for (const tick of entry.ticks) {
		const items = decode(unpack(tick.manifest), tick);
		if (typeof items === "string") {
			results.push({ verdict: items, outcomes: [], blocks: [] });
			continue;
		}
		const told: Told[] = [];
		for (const execute of executors) told.push(await execute(derivedTick(entry, tick, items)));
		results.push(toldJson(told));
	}
	return results;
}

function toldJson(told: readonly Told[]): Fields {
	const outcomes = told.flatMap((one) => one.outcomes).sort((a, b) => a.class - b.class || a.index - b.index);
	const blocks = told.flatMap((one) => one.blocks).sort((a, b) => a.rollupId - b.rollupId);
	return {
		verdict: "valid",
		outcomes: outcomes.map((one) => ({ position: `${one.class}/${one.index}`, ...one.result })),
		blocks: blocks.map(({ hash, number, rollupId }) => ({
			rollupId: quantity(rollupId),
			number: quantity(number),
			hash,
		})),
	};
}

function resultJson(result: ItemResult): Fields {
	if (result.kind === "held") return includedJson("held", result.legs);
	if (result.kind === "included") return includedJson("included", [result]);
	return result.reason === "leg" ? droppedJson("leg", result.leg) : droppedJson(result.reason);
}

/** The one in `src`. */
export const SOURCE: Implementation = {
	decode(manifest, { l1Origin, tick }) {
		const decoded = decodeManifest(manifest, { firstTick: tick, lastTick: tick, l1Origin: l1Origin.number });
		return decoded.ok ? (decoded.value[0]?.items ?? []) : decoded.reason;
	},
	async open({ config, messages, rollups }, cluster) {
		const executor = await createClusterExecutor({ store: await memoryStore(), config, cluster });
		for (const { registration } of rollups) await executor.register(registration);
		for (const { l1Block, log } of messages) executor.noteMessages(l1Block, [log]);
		return async (tick) => {
			const { blocks, outcomes } = await executor.execute(tick);
			const told = outcomes.map(({ position: { class: kind, index }, result }) => ({
				class: kind,
				index,
				result: resultJson(result),
			}));
			return { outcomes: told, blocks };
		};
	},
};
