/** What `meridian inspect` does. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../../node/keys.ts";
import { openReader } from "../../node/reader.ts";
import type { PositionRecord, PublicationRecord, TickRecord } from "../../node/records.ts";
import { createTimelineIndex, type TimelineIndex } from "../../node/timelineIndex.ts";
import { isHex } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hash32, Tick } from "../../primitives/types.ts";
import { openStore } from "../../store/open.ts";
import { createOutput, type Output } from "../output.ts";
import { droppedBundleLines } from "./bundle.ts";
import type { InspectFlags, Subject } from "./flags.ts";
import { connect, interruptible } from "./open.ts";
import { fields, outcomeText, plural, positionLines, tickSource } from "./text.ts";

const usage = (code: string, message: string, hint?: string): MeridianError =>
	new MeridianError("usage", code, message, hint === undefined ? {} : { hint });

export async function inspect(what: Subject, id: string, flags: InspectFlags): Promise<void> {
	const output = createOutput({ json: flags.json });
	const show = SUBJECTS[what](id);
	await interruptible(async (signal) => {
		await withIndex(flags, output, signal, async (index) => {
			if (!signal.aborted) await show(index, output);
		});
	});
}

/** An index to look in: of the directory, or derived for the occasion. */
async function withIndex(
	flags: InspectFlags,
	output: Output,
	signal: AbortSignal,
	use: (index: TimelineIndex) => Promise<void>,
): Promise<void> {
	const { inbox, l1, out } = flags;
	if (out !== undefined) {
		const folder = join(out, "store");
		if (!existsSync(folder)) throw usage("no-store", `${out} was not written by derive --out: it has no store`);
		const store = await openStore(folder);
		try {
			await use(createTimelineIndex(store));
		} finally {
			await store.close();
		}
		return;
	}
	if (l1 === undefined || inbox === undefined) {
		throw usage("no-timeline", "nothing to look in: give --out DIR, or --l1 URL and --inbox ADDRESS");
	}
	const { source } = await connect({ ...flags, l1, inbox }, output, signal);
	const reader = await openReader({ source });
	const run = reader.run({ until: "latest", signal, onStatus: (line) => output.note(line) });
	for await (const event of run) if (event.kind === "reorg") output.note("L1 was reorganized meanwhile");
	await use(reader.index);
}

type Show = (index: TimelineIndex, output: Output) => Promise<void>;

/** Each reads the id first, so that a wrong one is told before anything is opened. */
const SUBJECTS: Readonly<Record<Subject, (id: string) => Show>> = {
	publication: (id) => {
		const number = numberOf(id, "publication");
		return async (index, output) =>
			showPublication(found(index.publication(number), `publication ${id}`), index, output);
	},
	tick: (id) => {
		const tick = numberOf(id, "tick");
		return async (index, output) => showTick(found(index.tick(tick), `tick ${id}`), output);
	},
	tx: (id) => {
		if (isHex(id, 32)) {
			const hash = id.toLowerCase() as Hash32;
			return async (index, output) => showTransaction(await index.places(hash), id, index, output);
		}
		const place = placeOf(id);
		return async (index, output) => showTransaction([place], id, index, output);
	},
};

function numberOf(id: string, what: string): number {
	if (/^\d{1,15}$/.test(id)) return Number(id);
	throw usage("bad-id", `${id} is not the number of a ${what}`);
}

function placeOf(id: string): Place {
	const [, tick, positionClass, index, leg] = /^(\d{1,13})\/([01])\/(\d{1,9})(?:\/(\d{1,2}))?$/.exec(id) ?? [];
	if (tick !== undefined) {
		return { tick: Number(tick), class: positionClass === "0" ? 0 : 1, index: Number(index), leg: Number(leg ?? 0) };
	}
	throw usage("bad-id", `${id} is neither a transaction hash (0x and 64 hex digits) nor a position like 1234/1/0`);
}

function found<T>(record: T | null | undefined, what: string): T {
	if (record !== null && record !== undefined) return record;
	throw usage(
		"not-found",
		`${what} is not in the timeline as far as it is derived`,
		"derive further, or check the number; not every tick exists",
	);
}

function showPublication(record: PublicationRecord, index: TimelineIndex, output: Output): void {
	const ticks: Tick[] = [];
	for (let tick = record.firstTick; record.valid && tick <= record.lastTick; tick++) {
		if (index.tick(tick)?.publicationId === record.id) ticks.push(tick);
	}
	const rows = fields([
		["publication", record.id],
		[
			"verdict",
			record.valid
				? `valid, ${plural(record.items, "item")} in ${plural(ticks.length, "tick")}`
				: `void: ${record.voidReason}`,
		],
		["L1 block", record.l1Block],
		["publisher", record.publisher],
		["coinbase", record.coinbase],
		["ticks", `${record.firstTick} to ${record.lastTick} as declared`],
		["l1Origin", record.l1Origin.number],
		["its hash", record.l1Origin.hash],
		["data", record.blobs === 0 ? "calldata" : plural(record.blobs, "blob")],
		["ticksRoot", record.ticksRoot],
		["head", record.head],
		["parent", record.parent],
	]);
	for (const row of rows) output.line(row);
	output.result({ ...record, ticks });
}

function showTick(record: TickRecord, output: Output): void {
	const rows = fields([
		["tick", `${record.tick} (${new Date(record.time * 1_000).toISOString()})`],
		["from", `${tickSource(record)}, L1 block ${record.l1Block}`],
		["l1Origin", record.l1Origin.number],
		["its hash", record.l1Origin.hash],
		["coinbase", record.coinbase ?? "each rollup's fee recipient"],
		["orderRoot", record.orderRoot],
		["positions", record.positions.length],
	]);
	for (const row of [...rows, ...record.positions.flatMap(positionLines)]) output.line(row);
	if (record.deposits.length > 0) output.line(`deposits   ${record.deposits.length}`);
	for (const { gwei, index, recipient, rollupId } of record.deposits) {
		output.line(`  r${String(rollupId).padEnd(4)} ${String(index).padEnd(5)} ${recipient}  ${gwei} gwei`);
	}
	output.line(`blocks     ${record.blocks.length}`);
	for (const { hash, number, rollupId } of record.blocks)
		output.line(`  r${String(rollupId).padEnd(4)} ${String(number).padEnd(6)} ${hash}`);
	output.result(record);
}

function showTransaction(places: readonly Place[], id: string, index: TimelineIndex, output: Output): void {
	const all = places.map((place) => {
		const record = found(index.tick(place.tick), `tick ${place.tick}`);
		const position = record.positions.find(({ class: kind, index: at }) => kind === place.class && at === place.index);
		return describeLeg(
			record,
			found(position, `position ${id}`),
			found(position?.legs[place.leg], `leg ${place.leg} of ${id}`),
			place,
		);
	});
	if (all.length === 0) throw found(null, `transaction ${id}`);
	for (const { rows } of all) for (const row of rows) output.line(row);
	output.result({ transactions: all.map(({ json }) => json) });
}

function describeLeg(record: TickRecord, position: PositionRecord, leg: PositionRecord["legs"][number], place: Place) {
	const text = `${place.tick}/${place.class}/${place.index}${position.bundle ? `/${place.leg}` : ""}`;
	const rows = fields([
		["transaction", leg.txHash],
		["position", text],
		[
			"kind",
			`${position.class === 0 ? "forced" : "published"}${position.bundle ? `, leg ${place.leg} of a bundle of ${position.legs.length}` : ""}`,
		],
		["rollup", leg.rollupId],
		["outcome", outcomeText(position, place.leg)],
		["from", `${tickSource(record)}, L1 block ${record.l1Block}`],
		["time", new Date(record.time * 1_000).toISOString()],
	]);
	return {
		rows: [...rows, ...droppedBundleLines(position)],
		json: {
			position: text,
			...leg,
			bundle: position.bundle,
			...(position.bundle ? { legs: position.legs } : {}),
			outcome: position.outcome,
			tick: record.tick,
			time: record.time,
			publicationId: record.publicationId,
			l1Block: record.l1Block,
		},
	};
}
