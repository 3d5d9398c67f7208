/** The shortest way from L1 to a timeline. */
import { openReader, type ReaderEvent, type ReaderOptions, type RunOptions } from "./reader.ts";

/**
 * Derives and executes a timeline and tells what happens, from its first L1 block on. Without a store nothing is kept, and look-ups need
 * `openReader`. Errors as `openReader` and `Reader.run`.
 */
export async function* deriveTimeline(
	options: Omit<ReaderOptions, "index"> & RunOptions,
): AsyncGenerator<ReaderEvent, void, void> {
	const reader = await openReader({ index: false, ...options });
	yield* reader.run(options);
}
