/** Reads the committed vectors. */
import { readdirSync, readFileSync } from "node:fs";
import { count, type Json, type Packed, unpack } from "../../scripts/vectors/format.ts";
import type { Hex } from "../../src/primitives/types.ts";

/** One case, with its fields read as they are meant. */
export interface VectorCase {
	readonly name: string;
	readonly fields: Readonly<Record<string, Json>>;
	readonly number: (key: string) => number;
	readonly hex: (key: string) => Hex;
	readonly bytes: (key: string) => Uint8Array;
	readonly list: (key: string) => readonly Hex[];
}

export interface VectorSet {
	readonly kind: string;
	readonly description: string;
	readonly cases: readonly VectorCase[];
}

/** Every file of a folder. */
export function vectorsOf(folder: "valid" | "invalid"): readonly VectorSet[] {
	const root = new URL(`../../vectors/${folder}/`, import.meta.url);
	return readdirSync(root).map((name) => {
		const { cases, description, kind } = JSON.parse(readFileSync(new URL(name, root), "utf8"));
		return { kind, description, cases: cases.map(caseOf) };
	});
}

function caseOf(fields: Record<string, Json>): VectorCase {
	return {
		name: String(fields.name),
		fields,
		number: (key) => count(String(fields[key])),
		hex: (key) => fields[key] as Hex,
		bytes: (key) => unpack(fields[key] as Packed),
		list: (key) => fields[key] as readonly Hex[],
	};
}
