/** Everything a reader has, to be compared byte for byte with what another has. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { L1Source } from "../../../src/derive/ports.ts";
import { openReader, type Reader, type ReaderEvent } from "../../../src/node/reader.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import { memoryStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/types.ts";

export interface Snapshot {
	readonly summary: object;
	/** Hashes by path, without the store's own. */
	readonly files: Readonly<Record<string, string>>;
	/** Hashes by key. */
	readonly entries: Readonly<Record<string, string>>;
}

export async function temporaryDirectory(): Promise<string> {
	return await mkdtemp(join(tmpdir(), "meridian-node-"));
}

export async function filesOf(directory: string): Promise<Record<string, string>> {
	const files: Record<string, string> = {};
	for (const entry of (await readdir(directory, { withFileTypes: true, recursive: true })).sort()) {
		const path = join(entry.parentPath, entry.name).slice(directory.length + 1);
		if (entry.isFile() && !path.startsWith("store")) files[path] = keccakHex(await readFile(join(directory, path)));
	}
	return files;
}

async function entriesOf(store: Store): Promise<Record<string, string>> {
	const entries: Record<string, string> = {};
	for await (const [key, value] of store.entries("")) entries[key] = keccakHex(value);
	return entries;
}

export async function snapshot(reader: Reader, store: Store, directory: string): Promise<Snapshot> {
	return { summary: reader.summary(), files: await filesOf(directory), entries: await entriesOf(store) };
}

export async function drain(events: AsyncIterable<ReaderEvent>): Promise<ReaderEvent[]> {
	const all: ReaderEvent[] = [];
	for await (const event of events) all.push(event);
	return all;
}

/** What a reader that starts from nothing and never stops has at the head of L1. */
export async function cleanRun(source: L1Source): Promise<Snapshot> {
	const directory = await temporaryDirectory();
	const store = await memoryStore();
	try {
		const reader = await openReader({ source, store, out: directory });
		await drain(reader.run({ until: "latest" }));
		return await snapshot(reader, store, directory);
	} finally {
		await store.close();
		await rm(directory, { recursive: true });
	}
}
