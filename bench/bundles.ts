/** What bundles cost: on the rollups, in an executor in memory with raw transactions signed before; and on L1, on anvil. */
import { MeridianError } from "../src/primitives/errors.ts";
import type { Item } from "../src/primitives/types.ts";
import { measureOnL1 } from "./bundles-l1.ts";
import { median, rounded } from "./measure.ts";
import { BundleCluster, included } from "./traffic-bundles.ts";

export interface BundleRow {
	readonly rollups: number;
	/** Sender recovery, execution and block roots included. */
	readonly bundlesPerSecond: number;
	readonly legs: number;
	/** Of a bundle, on all rollups together. */
	readonly gas: number;
}

export interface BundlesBench {
	readonly rows: readonly BundleRow[];
	/** Seconds per gas of bundles that ran to their end and left nothing, in relation to bundles that held. */
	readonly abortedCostRatio: number;
	/** Whole transactions, but `syncCall` is what one more call adds to a bundle, and `orderProof` execution only, on L1. */
	readonly gas: {
		readonly send: number;
		readonly deliver: number;
		readonly syncCall: number;
		readonly orderProof: number;
	};
	/** Of a bundle by itself in a publication, until every reader derives it. Gas is that of the whole L1 transaction. */
	readonly l1: {
		readonly publications: number;
		readonly slots: number;
		readonly rounds: number;
		readonly gasPerBundle: number;
	};
	/**
	 * As CRATE's paper states (arXiv 2502.04659): rounds on L1 until a transaction across rollups is final. It counts until rollups have settled
	 * it, across L1s too; ours is then ordered and executed by every reader, and settles with its rollups.
	 */
	readonly crate: { readonly rounds: 4 };
}

export interface BundlesBenchOptions {
	readonly rollups?: readonly number[];
	readonly rounds?: number;
	/** In a tick; a round is one. */
	readonly bundles?: number;
}

/** Throws `halt` with code `bench-dropped` or `bench-held`, and as `measureOnL1`. */
export async function runBundlesBench(options: BundlesBenchOptions = {}): Promise<BundlesBench> {
	const { rollups = [2, 3, 8], rounds = 9, bundles = 20 } = options;
	const rows: BundleRow[] = [];
	const ratios: number[] = [];
	for (const count of rollups) {
		const { row, abortedCostRatio } = await measureCluster(count, rounds, bundles);
		rows.push(row);
		ratios.push(abortedCostRatio);
	}
	const { orderProof, ...l1 } = await measureOnL1();
	return {
		rows,
		abortedCostRatio: rounded(median(ratios), 2),
		gas: { ...(await messageGas()), syncCall: await callGas(), orderProof },
		l1,
		crate: { rounds: 4 },
	};
}

async function measureCluster(
	rollups: number,
	rounds: number,
	bundles: number,
): Promise<{ row: BundleRow; abortedCostRatio: number }> {
	const cluster = await BundleCluster.create(rollups);
	const results: { perSecond: number; ratio: number }[] = [];
	let [legs, gas] = [0, 0];
	// The first two rounds are for the compilers, and for the aliases and slots that are new once.
	for (let round = -2; round < rounds; round++) {
		const lie = cluster.lie();
		const wasted = (await cluster.gasOfAttempt(lie)) * bundles;
		const aborted = await cluster.execute(Array.from({ length: bundles }, () => lie));
		for (const result of aborted.results) {
			if (result.kind === "dropped" && result.reason === "tape") continue;
			throw new MeridianError("halt", "bench-held", `a lie of the bench did not fail by its tape: ${result.kind}`);
		}
		const held = await cluster.execute(Array.from({ length: bundles }, () => cluster.bundle()));
		const transactions = held.results.flatMap(included);
		const used = transactions.reduce((sum, { gasUsed }) => sum + gasUsed, 0);
		[legs, gas] = [transactions.length / bundles, Math.round(used / bundles)];
		const ratio = aborted.seconds / wasted / (held.seconds / used);
		if (round >= 0) results.push({ perSecond: bundles / held.seconds, ratio });
	}
	const bundlesPerSecond = rounded(median(results.map(({ perSecond }) => perSecond)), 1);
	return {
		row: { rollups, bundlesPerSecond, legs, gas },
		abortedCostRatio: median(results.map(({ ratio }) => ratio)),
	};
}

/** Of the second message: the Mailbox's own slots are no longer new. */
async function messageGas(): Promise<{ send: number; deliver: number }> {
	const cluster = await BundleCluster.create(2);
	const items = [0, 1].flatMap((nonce): Item[] => {
		const { send, deliver } = cluster.message(nonce);
		return [send, deliver].map((leg) => ({ kind: "tx", leg }));
	});
	const { results } = await cluster.execute(items);
	const [, , send = 0, deliver = 0] = results.flatMap(included).map(({ gasUsed }) => gasUsed);
	return { send, deliver };
}

/** A bundle with two calls, less one with one call: filled, read and served, with a word returned. */
async function callGas(): Promise<number> {
	const cluster = await BundleCluster.create(2);
	const gasOf = async (calls: 1 | 2): Promise<number> => {
		const { results } = await cluster.execute([cluster.plain(calls)]);
		return results.flatMap(included).reduce((sum, { gasUsed }) => sum + gasUsed, 0);
	};
	// The first ones make the callers' aliases and write slots that are new.
	await gasOf(1);
	await gasOf(2);
	const one = await gasOf(1);
	return (await gasOf(2)) - one;
}
