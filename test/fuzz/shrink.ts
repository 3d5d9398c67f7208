/** Makes a failing history small, and says it in a few lines. */
import type { L1Block, TimelineLog } from "../../src/derive/types.ts";
import { headOf } from "../reference/hashes.ts";
import type { History } from "./history.ts";

/** Gives every publication the ring word before it as its parent, as the Inbox would have demanded. */
function relink(history: History): History {
	let heads = [history.genesisHead];
	const segments = history.segments.map(({ keep, blocks }) => {
		heads = heads.slice(0, keep + 1);
		const linked = blocks.map((block): L1Block => {
			let head = heads.at(-1) ?? history.genesisHead;
			const logs = block.logs.map((log): TimelineLog => {
				if (log.kind !== "published") return log;
				const moved = { ...log, header: { ...log.header, parent: head } };
				head = headOf(moved, block);
				return moved;
			});
			heads.push(head);
			return { ...block, logs };
		});
		return { keep, blocks: linked };
	});
	return { ...history, segments };
}

/** The history up to a block of a segment, without what comes after. */
export function cutAfter(history: History, segment: number, block: number): History {
	const segments = history.segments.slice(0, segment + 1);
	const last = segments.at(-1);
	if (last !== undefined) segments[segment] = { ...last, blocks: last.blocks.slice(0, block + 1) };
	return { ...history, segments };
}

/** The last chain alone, as if there had been no forks. */
function withoutForks(history: History): History {
	let chain: L1Block[] = [];
	for (const { keep, blocks } of history.segments) chain = [...chain.slice(0, keep), ...blocks];
	return { ...history, segments: [{ keep: 0, blocks: chain }] };
}

function withoutLogs(history: History, removed: ReadonlySet<TimelineLog>): History {
	const segments = history.segments.map(({ keep, blocks }) => ({
		keep,
		blocks: blocks.map((block) => ({ ...block, logs: block.logs.filter((log) => !removed.has(log)) })),
	}));
	return relink({ ...history, segments });
}

const ATTEMPTS = 600;

/** Leaves out forks and logs, in ever smaller groups, as long as the history still fails. */
export function shrink(history: History, fails: (candidate: History) => boolean): History {
	let best = history;
	const straight = withoutForks(history);
	if (fails(straight)) best = straight;
	let logs = best.segments.flatMap(({ blocks }) => blocks.flatMap((block) => block.logs));
	let attempts = 0;
	for (let group = Math.ceil(logs.length / 2); group >= 1 && attempts < ATTEMPTS; ) {
		let smaller = false;
		for (let from = 0; from < logs.length && attempts < ATTEMPTS; attempts++) {
			const candidate = withoutLogs(best, new Set(logs.slice(from, from + group)));
			if (fails(candidate)) {
				best = candidate;
				// Relinking has made new logs.
				logs = best.segments.flatMap(({ blocks }) => blocks.flatMap((block) => block.logs));
				smaller = true;
			} else {
				from += group;
			}
		}
		if (group === 1 && !smaller) break;
		group = group === 1 ? 1 : Math.ceil(group / 2);
	}
	return best;
}

const LONGEST = 400;

function describeLog(log: TimelineLog): string {
	const text = JSON.stringify(log, (_key, value: unknown) => {
		if (typeof value === "bigint") return String(value);
		if (value instanceof Uint8Array || (value as { type?: string } | null)?.type === "Buffer") {
			const bytes = Buffer.from(value instanceof Uint8Array ? value : (value as { data: number[] }).data);
			return bytes.length > 200 ? `${bytes.length} bytes` : `0x${bytes.toString("hex")}`;
		}
		return value;
	});
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** One line per block with logs, after the configuration. */
export function describeHistory({ config, segments }: History): string {
	const { startBlock, clusterGasPerSlot: _, ...times } = config;
	const lines = [`startBlock ${startBlock} ${JSON.stringify(times)}`];
	for (const [i, { keep, blocks }] of segments.entries()) {
		if (i > 0) lines.push(`fork: ${keep} blocks stay`);
		for (const { number, timestamp, logs } of blocks) {
			lines.push(`block ${number} at ${timestamp}: ${logs.map(describeLog).join(" ") || "-"}`);
		}
	}
	return lines.join("\n");
}
