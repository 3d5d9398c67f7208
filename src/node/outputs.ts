/**
 * The files of `--out` (docs/outputs.md). The store knows how long each file is; after a crash or a reorg the files are cut to
 * that, and what is missing is written again from the store, so they always equal those of a run that never stopped.
 */
import { appendFile, mkdir, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { concatBytes } from "../primitives/bytes.ts";
import type { RollupId } from "../primitives/types.ts";
import { encodeJson, type TimelineIndex } from "./timelineIndex.ts";

/** Bytes per file, by path below the directory. */
export type FileLengths = Readonly<Record<string, number>>;

export const ORDER_FILE = "order.jsonl";
export const PUBLICATIONS_FILE = "publications.jsonl";
export const genesisFile = (rollupId: RollupId): string => `rollup-${rollupId}/genesis.json`;
export const blocksFile = (rollupId: RollupId): string => `rollup-${rollupId}/blocks.rlp`;

const ROLLUP_FOLDER = /^rollup-(\d+)$/;
const NEWLINE = new Uint8Array([0x0a]);

export const jsonLine = (value: object): Uint8Array => concatBytes(encodeJson(value), NEWLINE);

export interface Outputs {
	/** Adds to the end of a file; written by `flush`. */
	append(file: string, bytes: Uint8Array): void;
	/** Writes what was added and says how long the files are now, for the commit that follows. */
	flush(): Promise<FileLengths>;
	/** Makes the files what the store says they are. */
	restore(lengths: FileLengths, index: TimelineIndex): Promise<void>;
}

/** Creates the directory if it is missing. Everything in it that Meridian did not write is left alone. */
export async function openOutputs(directory: string): Promise<Outputs> {
	await mkdir(directory, { recursive: true });
	let lengths: Record<string, number> = {};
	let pending = new Map<string, Uint8Array[]>();

	const write = async (file: string, parts: readonly Uint8Array[]): Promise<void> => {
		const path = join(directory, file);
		if (lengths[file] === undefined) await mkdir(dirname(path), { recursive: true });
		const bytes = concatBytes(...parts);
		await appendFile(path, bytes);
		lengths[file] = (lengths[file] ?? 0) + bytes.length;
	};

	return {
		append(file, bytes) {
			const parts = pending.get(file);
			if (parts === undefined) pending.set(file, [bytes]);
			else parts.push(bytes);
		},
		async flush() {
			const parts = pending;
			pending = new Map();
			for (const [file, added] of parts) await write(file, added);
			return { ...lengths };
		},
		async restore(recorded, index) {
			pending = new Map();
			lengths = { ...recorded };
			for (const file of await filesIn(directory)) {
				if (recorded[file] === undefined) await rm(join(directory, file));
			}
			for (const [file, length] of Object.entries(recorded)) await cutOrRewrite(directory, file, length, index);
			await removeEmptyRollupFolders(directory, recorded);
		},
	};
}

/** Files in the directory that have the name of an output. */
async function filesIn(directory: string): Promise<string[]> {
	const found: string[] = [];
	for (const entry of await readdir(directory)) {
		if (entry === ORDER_FILE || entry === PUBLICATIONS_FILE) found.push(entry);
		const rollupId = ROLLUP_FOLDER.exec(entry)?.[1];
		if (rollupId === undefined) continue;
		for (const file of [genesisFile(Number(rollupId)), blocksFile(Number(rollupId))]) {
			if ((await sizeOf(join(directory, file))) !== null) found.push(file);
		}
	}
	return found;
}

async function removeEmptyRollupFolders(directory: string, recorded: FileLengths): Promise<void> {
	const kept = new Set(Object.keys(recorded).map((file) => dirname(file)));
	for (const entry of await readdir(directory)) {
		if (!ROLLUP_FOLDER.test(entry) || kept.has(entry)) continue;
		const folder = join(directory, entry);
		if ((await readdir(folder)).length === 0) await rm(folder, { recursive: true });
	}
}

async function sizeOf(path: string): Promise<number | null> {
	try {
		return (await stat(path)).size;
	} catch {
		return null;
	}
}

async function cutOrRewrite(directory: string, file: string, length: number, index: TimelineIndex): Promise<void> {
	const path = join(directory, file);
	const size = await sizeOf(path);
	if (size !== null && size >= length) {
		if (size > length) await truncate(path, length);
		return;
	}
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, "");
	for await (const bytes of contentOf(file, index)) await appendFile(path, bytes);
}

async function* contentOf(file: string, index: TimelineIndex): AsyncGenerator<Uint8Array> {
	if (file === ORDER_FILE) for await (const record of index.ticks()) yield jsonLine(record);
	if (file === PUBLICATIONS_FILE) for await (const record of index.publications()) yield jsonLine(record);
	const rollupId = Number(ROLLUP_FOLDER.exec(dirname(file))?.[1]);
	if (file === blocksFile(rollupId)) yield* index.blocks(rollupId);
	if (file === genesisFile(rollupId)) yield genesisBytes(index.rollup(rollupId)?.genesis ?? "");
}

export const genesisBytes = (genesis: string): Uint8Array => new TextEncoder().encode(genesis);
