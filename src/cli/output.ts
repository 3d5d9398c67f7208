/**
 * Where a command's words go: results to stdout, progress and diagnostics to stderr. With `--json` the people's text goes
 * to stderr too, and the last line of stdout is the result as one JSON object.
 */
import { Presets, SingleBar } from "cli-progress";
import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Progress {
	/** `value` of the total given at the start; `detail` is shown beside the bar. */
	update(value: number, detail?: string): void;
	stop(): void;
}

export interface Output {
	/** True on `--json`. */
	readonly json: boolean;
	/** For text of `line`. */
	readonly colors: Colors;
	/** A line for people. */
	line(text?: string): void;
	/** A line about the work itself: what is going on, what is odd. Never part of the result. */
	note(text: string): void;
	/** The result for scripts; printed only on `--json`, as the last thing. */
	result(value: object): void;
	/** A bar on stderr, on a terminal only; elsewhere silent. */
	progress(label: string, total: number): Progress;
}

export interface OutputOptions {
	readonly json?: boolean | undefined;
}

interface Stream {
	readonly isTTY?: boolean | undefined;
	write(text: string): unknown;
}

/** Colour on a terminal only, and never against https://no-color.org. */
export function colorsFor(stream: Stream, environment: NodeJS.ProcessEnv = process.env): Colors {
	const refused = (environment.NO_COLOR ?? "") !== "" || environment.TERM === "dumb";
	return picocolors.createColors(stream.isTTY === true && !refused);
}

/** JSON on one line. `bigint` becomes a decimal string and bytes become 0x-hex, at any size, so that a field has one type. */
export function toJson(value: object): string {
	return JSON.stringify(value, (_key, inner: unknown) => {
		if (typeof inner === "bigint") return inner.toString();
		if (inner instanceof Uint8Array) return `0x${Buffer.from(inner).toString("hex")}`;
		return inner;
	});
}

const silent: Progress = { update: () => {}, stop: () => {} };

function startBar(label: string, total: number): Progress {
	const bar = new SingleBar(
		{ format: `${label} {bar} {percentage}% {value}/{total} {detail}`, hideCursor: true, clearOnComplete: true },
		Presets.shades_classic,
	);
	bar.start(total, 0, { detail: "" });
	return {
		update: (value, detail) => bar.update(value, detail === undefined ? {} : { detail }),
		stop: () => bar.stop(),
	};
}

export function createOutput(
	options: OutputOptions = {},
	stdout: Stream = process.stdout,
	stderr: Stream = process.stderr,
): Output {
	const json = options.json === true;
	const people = json ? stderr : stdout;
	return {
		json,
		colors: colorsFor(people),
		line: (text = "") => void people.write(`${text}\n`),
		note: (text) => void stderr.write(`${text}\n`),
		result: (value) => void (json && stdout.write(`${toJson(value)}\n`)),
		progress: (label, total) => (stderr.isTTY === true ? startBar(label, total) : silent),
	};
}
