/**
 * Writes the vectors: `node scripts/vectors.ts`. With `--check` it writes nothing and fails if a committed file differs from what it would write.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { invalidBlobs, invalidJoins, validBlobs, validJoins } from "./vectors/blobs.ts";
import { bundleVectors } from "./vectors/bundles.ts";
import { invalidCommitments, validCommitments } from "./vectors/commitments.ts";
import type { Json, VectorFile } from "./vectors/format.ts";
import { hashVectors, invalidProofs } from "./vectors/hashes.ts";
import { historyVectors } from "./vectors/histories.ts";
import { invalidManifests, validManifests } from "./vectors/manifests.ts";
import { invalidData, validData } from "./vectors/publicationData.ts";

const ROOT = fileURLToPath(new URL("../vectors/", import.meta.url));

/** Every vector file by its path under `vectors/`. */
export async function vectorFiles(): Promise<ReadonlyMap<string, string>> {
	const codec = [...hashVectors(), validBlobs(), validJoins(), validManifests(), validData(), validCommitments()];
	const valid = [...codec, ...historyVectors(), await bundleVectors()];
	const data = [invalidBlobs(), invalidJoins(), invalidManifests(), invalidData()];
	const invalid = [invalidProofs(), ...data, invalidCommitments()];
	const named = (folder: string, files: readonly VectorFile[]) =>
		files.map((file) => [`${folder}/${file.kind}.json`, write(file)] as const);
	return new Map([...named("valid", valid), ...named("invalid", invalid)]);
}

/** One case per line where it is short, so that a change shows as such. */
function write({ cases, description, kind }: VectorFile): string {
	const lines = cases.map((entry) => `\t\t${spaced(entry)}`).join(",\n");
	return `{\n\t"kind": ${JSON.stringify(kind)},\n\t"description": ${JSON.stringify(description)},\n\t"cases": [\n${lines}\n\t]\n}\n`;
}

const spaced = (value: Json): string => JSON.stringify(value).replaceAll('","', '", "');

/** Paths that are missing, differ, or should not be there. */
export async function staleVectors(): Promise<string[]> {
	const wanted = await vectorFiles();
	const present = new Map(
		["valid", "invalid"].flatMap((folder) =>
			readdirSync(`${ROOT}${folder}`).map((name) => [
				`${folder}/${name}`,
				readFileSync(`${ROOT}${folder}/${name}`, "utf8"),
			]),
		) as [string, string][],
	);
	const differs = [...wanted].filter(([path, text]) => present.get(path) !== text).map(([path]) => path);
	return [...differs, ...[...present.keys()].filter((path) => !wanted.has(path))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	if (process.argv.includes("--check")) {
		const stale = await staleVectors();
		if (stale.length > 0) {
			console.error(`vectors are stale: ${stale.join(", ")}; run: node scripts/vectors.ts`);
			process.exitCode = 1;
		}
	} else {
		const files = await vectorFiles();
		for (const folder of ["valid", "invalid"]) {
			rmSync(`${ROOT}${folder}`, { recursive: true, force: true });
			mkdirSync(`${ROOT}${folder}`, { recursive: true });
		}
		for (const [path, text] of files) writeFileSync(`${ROOT}${path}`, text);
	}
}
