/** Opening a store: on disk, or in memory with the same semantics. */
import { ClassicLevel } from "classic-level";
import { MemoryLevel } from "memory-level";
import { MeridianError } from "../primitives/errors.ts";
import { corrupt, type Database, LevelStore } from "./level.ts";
import type { Store } from "./types.ts";

export interface StoreOptions {
	/** Bound of the read cache in bytes; 16 MiB by default. */
	readonly cacheBytes?: number;
}

const CACHE_BYTES = 16 * 1024 * 1024;
/** LevelDB's own cache of blocks, for what falls out of ours. */
const BLOCK_CACHE_BYTES = 8 * 1024 * 1024;
const WRITE_BUFFER_BYTES = 8 * 1024 * 1024;
/** LevelDB maps every table it has open into memory: files times their size is a bound, 240 MB here. */
const MAX_OPEN_FILES = 60;
const MAX_FILE_BYTES = 4 * 1024 * 1024;

const codeOf = (error: unknown): string | undefined =>
	error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

function explain(error: unknown, directory: string): MeridianError {
	const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
	const code = codeOf(cause);
	const details = { directory, code };
	if (code === "LEVEL_LOCKED") {
		return new MeridianError(
			"usage",
			"store-locked",
			`the store ${directory} is in use by another process; stop that one or choose another directory`,
			details,
			{ cause: error },
		);
	}
	if (code === "ENOTDIR" || code === "EEXIST" || code === "EACCES" || code === "EROFS" || code === "ENOSPC") {
		return new MeridianError(
			"usage",
			"store-directory",
			`the store cannot be opened in ${directory} (${code}); give a directory that can be written`,
			details,
			{ cause: error },
		);
	}
	return corrupt(cause, `the store ${directory} cannot be opened`);
}

/**
 * Opens or creates the store in a directory; one process at a time.
 * Fails with `store-locked` or `store-directory` (usage), or `store-corrupt` (halt: damaged, another program's or version's).
 */
export async function openStore(directory: string, options: StoreOptions = {}): Promise<Store> {
	const db = new ClassicLevel<string, Uint8Array>(directory, {
		valueEncoding: "view",
		cacheSize: BLOCK_CACHE_BYTES,
		writeBufferSize: WRITE_BUFFER_BYTES,
		maxOpenFiles: MAX_OPEN_FILES,
		maxFileSize: MAX_FILE_BYTES,
	});
	try {
		await db.open();
	} catch (error) {
		throw explain(error, directory);
	}
	return over(db as unknown as Database, options);
}

/** A store that ends with the process; everything else as on disk. */
export async function memoryStore(options: StoreOptions = {}): Promise<Store> {
	const db = new MemoryLevel<string, Uint8Array>({ storeEncoding: "view", valueEncoding: "view" });
	await db.open();
	return over(db as unknown as Database, options);
}

async function over(db: Database, options: StoreOptions): Promise<Store> {
	try {
		return await LevelStore.over(db, options.cacheBytes ?? CACHE_BYTES);
	} catch (error) {
		await db.close();
		throw error;
	}
}
