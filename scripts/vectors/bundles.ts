/** Vectors of bundles: ticks of a few rollups, what becomes of each position, and the blocks. */
import { caseOf } from "./bundleDraft.ts";
import { caseJson } from "./bundleJson.ts";
import { messages, tapes, waste, wholes } from "./bundleOutcomes.ts";
import { runCase, SOURCE } from "./bundleRun.ts";
import { participants, sessions, shapes } from "./bundleShapes.ts";
import type { VectorFile } from "./format.ts";

export async function bundleVectors(): Promise<VectorFile> {
	const drafts = [shapes, participants, sessions, wholes, waste, messages, tapes].flatMap((of) => of());
	const cases: VectorFile["cases"][number][] = [];
	for (const draft of drafts) {
		const entry = caseOf(draft);
		const expected = await runCase(entry, SOURCE);
		cases.push({ name: draft.name, rules: draft.rules, ...caseJson(entry), expected });
	}
	return { kind: "bundles", description: "X-1 to X-21: ticks, what becomes of each position, and the blocks", cases };
}
