/** Which test files a person means. */
import { globSync, statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { MeridianError } from "../../src/primitives/errors.ts";

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * @param patterns files, folders (from `cwd` or from the repository) or parts of paths
 * @returns paths relative to `root`; all patterns together, each file once
 * @throws usage `no-such-test` for a pattern that fits nothing
 */
export function selectTests(root: string, cwd: string, patterns: readonly string[]): string[] {
	const all = globSync(["test/**/*.test.ts", "test/contracts/**/*.t.sol"], { cwd: root }).sort();
	const selected = patterns.flatMap((pattern) => {
		const places = [resolve(cwd, pattern), resolve(root, pattern)];
		const named = places.map((place) => relative(root, place));
		const folders = places.filter(isFolder).map((place) => relative(root, place));
		const found = all.filter(
			(file) => named.includes(file) || folders.some((folder) => folder === "" || file.startsWith(folder + sep)),
		);
		const files = found.length > 0 ? found : all.filter((file) => file.includes(pattern));
		if (files.length === 0) {
			throw new MeridianError("usage", "no-such-test", `no test file fits ${JSON.stringify(pattern)}`, {
				pattern,
				hint: "give a file or folder below test/, or a part of its path",
			});
		}
		return files;
	});
	return [...new Set(selected)];
}
