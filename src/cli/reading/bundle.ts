/** A bundle in words: what became of each leg, and why. */
import type { Dropped } from "../../execute/types.ts";
import type { LegRecord, PositionRecord } from "../../node/records.ts";

/** Reasons of a whole bundle (docs/spec/bundles.md, X-14 to X-18). */
const WHOLE: Partial<Record<Dropped["reason"], string>> = {
	"unknown-rollup": "a leg is for a rollup that is not active (X-14)",
	clusters: "its rollups are of different clusters (X-14)",
	"rollup-refused": "a rollup was refused at its registration (X-14)",
	"forced-over-cap": "the forced queue was too long for this tick (X-14)",
	"not-examined": "too many transactions stood before it in this tick (X-14)",
	tags: "a leg carries more tags than it may (X-4)",
	session: "the legs of a session are not all there, in their order (X-8)",
	"waste-budget": "bundles that failed had used up this tick's waste budget (X-18)",
	tape: "an answer was used that no call gave, or given and not used (X-16)",
};

/** Said of the bytes, before any leg runs. */
const UNREAD: ReadonlySet<string> = new Set([
	"undecodable",
	"blob-transaction",
	"no-chain-id",
	"wrong-chain-id",
	"forced-gas",
]);

/** Why, in one line. */
export function whyDropped(dropped: Dropped): string {
	if (dropped.reason !== "leg") return WHOLE[dropped.reason] ?? dropped.reason;
	const { place, reason } = dropped.leg;
	if (UNREAD.has(reason)) return `leg ${place} is no transaction that can run here: ${reason}`;
	return reason === "reverted" ? `leg ${place} reverted` : `leg ${place} could not run: ${reason}`;
}

/** What became of one leg of a bundle that was dropped. */
export function legVerdict(dropped: Dropped, place: number): string {
	if (dropped.reason === "tape") return "undone";
	if (dropped.reason !== "leg" || UNREAD.has(dropped.leg.reason))
		return dropped.reason === "leg" && dropped.leg.place === place ? dropped.leg.reason : "not run";
	if (place === dropped.leg.place) return dropped.leg.reason;
	return place < dropped.leg.place ? "ran, undone" : "not run";
}

function tagText({ tags }: LegRecord): string {
	if (tags === null || tags === undefined) return "";
	const { bound, deliveries, helper } = tags;
	const parts = [
		...(bound === null ? [] : [`bound to ${bound.slice(0, 10)}`]),
		...(helper === null ? [] : [`helps ${helper.slice(0, 10)}`]),
		...(deliveries.length === 0 ? [] : [`delivers ${deliveries.map((id) => id.slice(0, 10)).join(" ")}`]),
	];
	return parts.length === 0 ? "" : `  ${parts.join(", ")}`;
}

/** The whole bundle, if it was dropped: a line for it and one per leg. None otherwise. */
export function droppedBundleLines({ bundle, legs, outcome }: PositionRecord): string[] {
	if (!bundle || outcome?.kind !== "dropped") return [];
	return [
		`the bundle of ${legs.length} was dropped whole: ${whyDropped(outcome)}`,
		...legs.map((leg, place) => {
			const hash = `${leg.txHash.slice(0, 10)}..`;
			return `  leg ${String(place).padEnd(3)} r${String(leg.rollupId).padEnd(4)} ${hash}  ${legVerdict(outcome, place)}${tagText(leg)}`;
		}),
	];
}
