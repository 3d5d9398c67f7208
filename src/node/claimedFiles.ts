/** Files that someone says are what L1 says (docs/outputs.md), held to what is derived, from the front to the end. */
import { createReadStream } from "node:fs";
import { type FileHandle, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { SealedBlock } from "../execute/types.ts";
import { equalBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { RollupId, Tick } from "../primitives/types.ts";
import { blocksFile, genesisFile, ORDER_FILE } from "./outputs.ts";
import type { PositionRecord, TickRecord } from "./records.ts";

export interface Difference {
	readonly tick: Tick | null;
	readonly rollupId: RollupId | null;
	readonly block: number | null;
	/** Which value: a path into the record, or what of the file. */
	readonly field: string;
	/** What L1 says. */
	readonly expected: unknown;
	/** What the file says. */
	readonly found: unknown;
}

/** Ends a comparison at the first difference. */
export class Disagreement extends MeridianError {
	readonly difference: Difference;

	constructor(difference: Partial<Difference> & Pick<Difference, "field" | "expected" | "found">) {
		super("halt", "disagreement", `${difference.field} differs from what L1 says`, { ...difference });
		this.difference = { tick: null, rollupId: null, block: null, ...difference };
	}
}

interface BlocksCursor {
	readonly file: FileHandle;
	readonly size: number;
	at: number;
}

export class ClaimedFiles {
	readonly #directory: string;
	readonly #lines: AsyncIterator<string> | null;
	readonly #blocks: ReadonlyMap<RollupId, BlocksCursor>;
	#next: TickRecord | null = null;
	#lineNumber = 0;

	private constructor(
		directory: string,
		lines: AsyncIterator<string> | null,
		blocks: ReadonlyMap<RollupId, BlocksCursor>,
	) {
		this.#directory = directory;
		this.#lines = lines;
		this.#blocks = blocks;
	}

	/** Throws `usage` (`nothing-to-verify`) if the directory has neither an order nor blocks. */
	static async open(directory: string): Promise<ClaimedFiles> {
		const names = await readdir(directory).catch((): string[] => []);
		const blocks = new Map<RollupId, BlocksCursor>();
		for (const name of names) {
			const rollupId = Number(/^rollup-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
			const file = await open(join(directory, blocksFile(rollupId))).catch(() => null);
			if (file !== null) blocks.set(rollupId, { file, size: (await file.stat()).size, at: 0 });
		}
		const ordered = names.includes(ORDER_FILE);
		if (!ordered && blocks.size === 0) {
			const message = `${directory} has neither ${ORDER_FILE} nor rollup-<id>/blocks.rlp; give a directory that derive --out has written`;
			throw new MeridianError("usage", "nothing-to-verify", message, { directory });
		}
		const input = ordered ? createReadStream(join(directory, ORDER_FILE)) : null;
		const lines = input && createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
		return new ClaimedFiles(directory, lines, blocks);
	}

	/** Reads the first line of the order. */
	async begin(): Promise<void> {
		await this.#readLine();
	}

	/** Rollups whose blocks are there. */
	get rollups(): readonly RollupId[] {
		return [...this.#blocks.keys()].sort((a, b) => a - b);
	}

	/** Whether there is nothing left that a further tick could be compared with. */
	get done(): boolean {
		if (this.#lines !== null) return this.#next === null;
		return [...this.#blocks.values()].every((cursor) => cursor.at >= cursor.size);
	}

	/** @returns positions whose outcome the file does not say */
	async compareTick(record: TickRecord): Promise<number> {
		if (this.#lines === null) return 0;
		const found = this.#next;
		const { tick } = record;
		if (found === null) return 0;
		const blocks = record.blocks.filter((block) => this.#blocks.size === 0 || this.#blocks.has(block.rollupId));
		const positions = record.positions.map((position, index) => this.#knownPart(position, found.positions?.[index]));
		const difference = firstDifference({ ...record, blocks, positions }, found, "");
		if (difference !== null) throw new Disagreement({ tick, ...difference });
		await this.#readLine();
		return positions.filter((position) => position.outcome === null).length;
	}

	async compareBlock(block: SealedBlock): Promise<boolean> {
		const cursor = this.#blocks.get(block.rollupId);
		if (cursor === undefined || (this.#lines === null && cursor.at >= cursor.size)) return false;
		const buffer = new Uint8Array(block.rlp.length);
		const { bytesRead } = await cursor.file.read(buffer, 0, buffer.length, cursor.at);
		if (bytesRead !== buffer.length || !equalBytes(buffer, block.rlp)) {
			const { hash: expected, number, rollupId, tick } = block;
			const found = bytesRead === 0 ? "the end of the file" : `other bytes at offset ${cursor.at}`;
			throw new Disagreement({ tick, rollupId, block: number, field: blocksFile(rollupId), expected, found });
		}
		cursor.at += bytesRead;
		return true;
	}

	async compareGenesis(rollupId: RollupId, expected: string): Promise<void> {
		if (!this.#blocks.has(rollupId)) return;
		const field = genesisFile(rollupId);
		const found = await readFile(join(this.#directory, field), "utf8").catch(() => null);
		if (found !== expected)
			throw new Disagreement({
				rollupId,
				field,
				expected: "the genesis of the registration",
				found: found === null ? "no file" : "another",
			});
	}

	/** Nothing may stand behind what L1 says. */
	compareEnds(): void {
		const next = this.#next;
		if (next !== null)
			throw new Disagreement({
				tick: next.tick,
				field: "tick",
				expected: "no such tick, up to the L1 head",
				found: next.tick,
			});
		for (const [rollupId, { at, size }] of this.#blocks) {
			if (at === size) continue;
			throw new Disagreement({
				rollupId,
				field: blocksFile(rollupId),
				expected: `${at} bytes`,
				found: `${size} bytes`,
			});
		}
	}

	async close(): Promise<void> {
		await this.#lines?.return?.();
		for (const { file } of this.#blocks.values()) await file.close();
	}

	/** The position as the file can say it: without an outcome, and what explains it, if the rollup was not executed by who wrote it. */
	#knownPart(position: PositionRecord, found: PositionRecord | undefined): PositionRecord {
		const executed = position.legs.some((leg) => this.#blocks.has(leg.rollupId));
		if (found?.outcome !== null || executed) return position;
		return { ...position, legs: position.legs.map(({ rollupId, txHash }) => ({ rollupId, txHash })), outcome: null };
	}

	async #readLine(): Promise<void> {
		const line = await this.#lines?.next();
		this.#next = null;
		if (line === undefined || line.done) return;
		this.#lineNumber++;
		const value = parseJson(line.value);
		if (typeof value === "object" && value !== null) this.#next = value as TickRecord;
		else {
			const field = `${ORDER_FILE} line ${this.#lineNumber}`;
			throw new Disagreement({ field, expected: "a JSON object", found: line.value.slice(0, 60) });
		}
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

/** The first value, in the order of `expected`, that differs; fields that only `found` has are not looked at. */
function firstDifference(
	expected: unknown,
	found: unknown,
	path: string,
): Pick<Difference, "field" | "expected" | "found"> | null {
	if (typeof expected !== "object" || expected === null) {
		return expected === found ? null : { field: path, expected, found };
	}
	if (typeof found !== "object" || found === null || Array.isArray(expected) !== Array.isArray(found)) {
		return { field: path, expected: Array.isArray(expected) ? "a list" : "an object", found };
	}
	if (Array.isArray(expected) && Array.isArray(found) && expected.length !== found.length) {
		return { field: `${path}.length`, expected: expected.length, found: found.length };
	}
	for (const [name, value] of Object.entries(expected)) {
		const place = Array.isArray(expected) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`;
		const difference = firstDifference(value, (found as Record<string, unknown>)[name], place);
		if (difference !== null) return difference;
	}
	return null;
}
