/**
 * The timeline as a musical score: time runs to the right, every rollup has a lane, and each position of the shared order
 * has a column of its own. So the picture *is* the order: what stands further left comes first, whichever the lane.
 */
import type picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

export type Mark = "included" | "reverted" | "dropped" | "forced" | "forcedDropped" | "bundle" | "bundleDropped";

/** How sure a tick is. */
export type Certainty = "unsafe" | "safe" | "finalized";

export interface ScoreTick {
	/** Number of the first position, counted over the whole timeline. */
	readonly first: number;
	/** One per position: the lane it stands in (an index), and what it did. */
	readonly marks: readonly { readonly lane: number; readonly mark: Mark }[];
	/** Deposits credited, per lane. */
	readonly deposits: ReadonlyMap<number, number>;
}

export interface ScoreSlot {
	readonly slot: number;
	readonly certainty: Certainty;
	readonly ticks: readonly ScoreTick[];
}

const GLYPHS: Readonly<Record<Mark, string>> = {
	included: "●",
	reverted: "○",
	dropped: "×",
	forced: "▲",
	forcedDropped: "△",
	bundle: "■",
	bundleDropped: "□",
};

export const LEGEND = "● included  ○ reverted  × dropped  ■ bundle  ▲ forced  □△ dropped  + deposit";

type Paint = (text: string) => string;
type Cell = { readonly text: string; readonly width: number };

const LABEL_WIDTH = 8;
const MIN_SLOT_WIDTH = 10;

/**
 * The latest slots that fit into `width` columns.
 * @param lanes the label of each lane, at most 7 characters
 */
export function drawScore(
	slots: readonly ScoreSlot[],
	lanes: readonly string[],
	width: number,
	colors: Colors,
): readonly string[] {
	const shown: { slot: ScoreSlot; width: number }[] = [];
	let room = width - LABEL_WIDTH - 1;
	for (const slot of slots.toReversed()) {
		const needed = Math.min(slotWidth(slot), width - LABEL_WIDTH - 2);
		if (needed + 1 > room) break;
		room -= needed + 1;
		shown.unshift({ slot, width: needed });
	}
	const row = (label: string, cell: (slot: ScoreSlot, width: number) => Cell, paint: Paint): string =>
		paint(label.padEnd(LABEL_WIDTH)) +
		shown.map((column) => `${colors.dim("│")}${pad(cell(column.slot, column.width), column.width)}`).join("") +
		colors.dim("│");
	const plain = (text: string): Cell => ({ text, width: text.length });
	return [
		row("slot", (slot) => plain(String(slot.slot)), colors.bold),
		row("order", (slot) => paintCell(plain(firstPosition(slot)), colors.dim), colors.dim),
		...lanes.map((label, lane) =>
			row(label, (slot, cellWidth) => laneCell(slot, lane, cellWidth, colors), laneColor(lane, colors)),
		),
		row("", (slot) => paintCell(plain(slot.certainty), certaintyColor(slot.certainty, colors)), colors.dim),
	];
}

/** The colour of a lane, the same wherever a rollup is named. */
export function laneColor(lane: number, colors: Colors): Paint {
	const palette = [colors.cyan, colors.magenta, colors.yellow, colors.green, colors.blue];
	return palette[lane % palette.length] ?? colors.white;
}

export function certaintyColor(certainty: Certainty, colors: Colors): Paint {
	if (certainty === "unsafe") return colors.dim;
	return certainty === "safe" ? colors.green : colors.blue;
}

function firstPosition(slot: ScoreSlot): string {
	const first = slot.ticks.find((tick) => tick.marks.length > 0)?.first;
	return first === undefined ? "" : `#${first}`;
}

const tickWidth = (tick: ScoreTick): number => Math.max(1, tick.marks.length + (tick.deposits.size > 0 ? 1 : 0));

/** Ticks stand side by side with a thin line between. */
function slotWidth(slot: ScoreSlot): number {
	const ticks = slot.ticks.reduce((sum, tick) => sum + tickWidth(tick) + 1, -1);
	return Math.max(MIN_SLOT_WIDTH, ticks);
}

function laneCell(slot: ScoreSlot, lane: number, width: number, colors: Colors): Cell {
	const color = laneColor(lane, colors);
	const faint = (text: string): string => colors.dim(text);
	const characters: string[] = [];
	for (const [i, tick] of slot.ticks.entries()) {
		if (i > 0) characters.push(faint("┊"));
		if (tick.deposits.size > 0) characters.push(tick.deposits.has(lane) ? color("+") : " ");
		for (const mark of tick.marks) {
			const glyph = GLYPHS[mark.mark];
			if (mark.lane !== lane) characters.push(faint("·"));
			else characters.push(slot.certainty === "unsafe" ? faint(glyph) : paintMark(glyph, mark.mark, color, colors));
		}
		if (tickWidth(tick) === 1 && tick.marks.length === 0 && tick.deposits.size === 0) characters.push(" ");
	}
	if (characters.length <= width) return { text: characters.join(""), width: characters.length };
	return { text: `${characters.slice(0, width - 1).join("")}…`, width };
}

function paintMark(glyph: string, mark: Mark, color: Paint, colors: Colors): string {
	if (mark === "dropped" || mark === "forcedDropped" || mark === "bundleDropped") return colors.red(glyph);
	return mark === "forced" ? colors.bold(color(glyph)) : color(glyph);
}

const paintCell = (cell: Cell, paint: Paint): Cell => ({ text: paint(cell.text), width: cell.width });

function pad(cell: Cell, width: number): string {
	if (cell.width <= width) return cell.text + " ".repeat(width - cell.width);
	return cell.text;
}
