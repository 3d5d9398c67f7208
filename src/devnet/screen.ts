/** How a devnet is shown: a picture that is redrawn in place on a terminal, lines elsewhere. */
import { ROW_TITLE } from "./beacon/ledger.ts";
import type { Certainty, Colors, Mark } from "./score.ts";
import { certaintyColor, drawScore, LEGEND, laneColor, type ScoreSlot } from "./score.ts";
import type { DevnetRollup } from "./setup.ts";

export interface HeadView {
	readonly number: number;
	readonly hash: string;
}

/** Everything there is to see at one moment. */
export interface View {
	readonly title: readonly string[];
	readonly rollups: readonly DevnetRollup[];
	readonly slots: readonly ScoreSlot[];
	/** Heads by rollupId. */
	readonly heads: Readonly<Record<Certainty, ReadonlyMap<number, HeadView>>>;
	/** Of L1's proposers, one line per slot, ascending; none if the rights are not theirs. */
	readonly rows: readonly { readonly slot: number; readonly text: string }[];
	readonly status: string;
}

export interface Screen {
	/** Something worth a line has happened, `at` seconds after the start. */
	event(at: number, text: string): void;
	draw(view: View): void;
	/** Leaves the last picture where it is. */
	close(): void;
}

/** What the screen writes to. */
export interface Terminal {
	readonly isTTY?: boolean | undefined;
	readonly columns?: number | undefined;
	readonly rows?: number | undefined;
	write(text: string): unknown;
}

const WIDTH = 80;
const MAX_WIDTH = 120;
const EVENTS = 4;

/** Escape sequences take no room. */
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "gu");

/** Cut to that many columns; a cut line loses its colours, since it may have lost their end. */
function cutTo(line: string, width: number): string {
	const bare = line.replace(ESCAPES, "");
	return bare.length <= width ? line : `${bare.slice(0, width - 1)}…`;
}

const clock = (seconds: number): string => `${seconds.toFixed(1).padStart(6)} s`;

/** Lines, one per event and one per slot once it is on L1. */
export function plainScreen(terminal: Terminal): Screen {
	const told = new Set<number>();
	let rows = 0;
	let titled = false;
	const line = (text: string): void => void terminal.write(`${cutTo(text, WIDTH)}\n`);
	return {
		event: (at, text) => line(`${clock(at)}  ${text}`),
		draw(view) {
			if (!titled) view.title.forEach(line);
			titled = true;
			if (rows === 0 && view.rows.length > 0) line(ROW_TITLE);
			for (; rows < view.rows.length; rows++) line(view.rows[rows]?.text ?? "");
			for (const slot of view.slots) {
				if (slot.certainty === "unsafe" || told.has(slot.slot)) continue;
				told.add(slot.slot);
				line(describeSlot(slot, view.rollups));
			}
		},
		close: () => undefined,
	};
}

/** What a slot's line counts. */
const SPECIAL: readonly (readonly [kind: Mark, name: string])[] = [
	["reverted", "reverted"],
	["dropped", "dropped"],
	["bundle", "bundle"],
	["bundleDropped", "bundle dropped"],
	["forced", "forced"],
	["forcedDropped", "forced dropped"],
];

/** One slot in one line: its positions, how many of them each rollup has, and what became of the others. */
function describeSlot(slot: ScoreSlot, rollups: readonly DevnetRollup[]): string {
	const marks = slot.ticks.flatMap((tick) => tick.marks);
	const first = slot.ticks[0]?.first ?? 0;
	const range = marks.length === 0 ? "no positions" : `#${first} to #${first + marks.length - 1}`;
	const perRollup = rollups.map((_, lane) => marks.filter((mark) => mark.lane === lane).length);
	const counts = SPECIAL.map(([kind, name]) => [name, marks.filter(({ mark }) => mark === kind).length] as const)
		.filter(([, count]) => count > 0)
		.map(([name, count]) => `${count} ${name}`);
	const deposits = slot.ticks.reduce((sum, tick) => sum + [...tick.deposits.values()].reduce((a, b) => a + b, 0), 0);
	if (deposits > 0) counts.push(`${deposits} deposit${deposits > 1 ? "s" : ""}`);
	return [
		`slot ${String(slot.slot).padStart(4)}`,
		range.padEnd(14),
		`rollups ${perRollup.join("+")}`,
		counts.join(", "),
	]
		.filter((part) => part !== "")
		.join("  ");
}

/** A picture that stays in its place. */
export function liveScreen(terminal: Terminal, colors: Colors): Screen {
	const events: string[] = [];
	let height = 0;
	let open = true;
	let last: View | null = null;
	terminal.write("\x1b[?25l");
	const render = (): void => {
		if (last === null || !open) return;
		// A line that wrapped would take two.
		const width = Math.min((terminal.columns ?? WIDTH) - 1, MAX_WIDTH);
		const lines = picture(last, events, width, colors)
			.map((text) => cutTo(text, width))
			.slice(0, (terminal.rows ?? 50) - 1);
		// Up to the first line of the old picture, then each line anew; whatever is left below is wiped.
		const up = height > 0 ? `\x1b[${height}A` : "";
		terminal.write(`${up}\r${lines.map((text) => `\x1b[2K${text}`).join("\n")}\n\x1b[J`);
		height = lines.length;
	};
	return {
		event(at, text) {
			const line = `${colors.dim(clock(at))}  ${text}`;
			if (last === null) {
				terminal.write(`${cutTo(line, (terminal.columns ?? WIDTH) - 1)}\n`);
				return;
			}
			events.push(line);
			events.splice(0, events.length - EVENTS);
			render();
		},
		draw(view) {
			last = view;
			render();
		},
		close() {
			render();
			if (open) terminal.write("\x1b[?25h");
			open = false;
		},
	};
}

function picture(view: View, events: readonly string[], width: number, colors: Colors): readonly string[] {
	const labels = view.rollups.map(({ chainId, cluster }) => `${chainId} c${cluster}`);
	return [
		...view.title.map((text, i) => (i === 0 ? colors.bold(text) : colors.dim(text))),
		"",
		...drawScore(view.slots, labels, width, colors),
		colors.dim(LEGEND),
		"",
		...headLines(view, colors),
		"",
		...rowLines(view, colors),
		view.status,
		...events,
	];
}

const ROWS = 6;

function rowLines({ rows }: View, colors: Colors): readonly string[] {
	if (rows.length === 0) return [];
	return [colors.dim(ROW_TITLE), ...rows.slice(-ROWS).map(({ text }) => text), ""];
}

const COLUMN = 22;

function headLines({ heads, rollups }: View, colors: Colors): readonly string[] {
	const kinds: readonly Certainty[] = ["unsafe", "safe", "finalized"];
	const title = `${"block".padEnd(9)}${kinds.map((kind) => certaintyColor(kind, colors)(kind.padEnd(COLUMN))).join("")}`;
	return [
		title.trimEnd(),
		...rollups.map(({ chainId, rollupId }, lane) => {
			const cells = kinds.map((kind) => {
				const head = heads[kind].get(rollupId);
				const text = head === undefined ? "-" : `${String(head.number).padStart(4)}  ${head.hash.slice(2, 12)}`;
				return certaintyColor(kind, colors)(text.padEnd(COLUMN));
			});
			return laneColor(lane, colors)(String(chainId).padEnd(9)) + cells.join("");
		}),
	];
}
