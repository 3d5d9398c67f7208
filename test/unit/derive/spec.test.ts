/** docs/spec/derivation.md says what the code and the vectors say. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { describe, it } from "mocha";
import * as limits from "../../../src/primitives/limits.ts";
import { vectorsOf } from "../../helpers/vectors.ts";

const spec = readFileSync(new URL("../../../docs/spec/derivation.md", import.meta.url), "utf8");

/** A value by its path in a case, as in `expected[2].ticks[0].tick`. */
const valueAt = (fields: unknown, path: string): unknown =>
	path
		.split(/[.[\]]+/)
		.filter((key) => key !== "")
		.reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], fields);

const examples = [...spec.matchAll(/^\*\*(\w+): `(.+)`\*\*\n```\n([^`]+)\n```$/gm)];

describe("the specification's worked examples (section 9)", () => {
	it("are as many as there are blocks in the section", () => {
		const section = spec.slice(spec.indexOf("## 9. "));
		expect(examples).to.have.lengthOf(section.split("\n```\n").length >> 1).and.not.empty;
	});

	for (const [, kind, name, lines] of examples) {
		it(`${kind}: ${name}`, () => {
			const fields = vectorsOf("valid")
				.find((set) => set.kind === kind)
				?.cases.find((entry) => entry.name === name)?.fields;
			const shown = String(lines)
				.split("\n")
				.map((line) => line.split(/\s+=\s+/));
			const expected = shown.map(([path]) => [path, valueAt(fields, String(path))]);
			expect(shown).to.deep.equal(expected).and.not.empty;
		});
	}
});

describe("the specification's constants (section 1.2)", () => {
	const stated = [...spec.matchAll(/`((?:MAX|MIN|BLOB)_[A-Z_]+)` \| ([\d,]+)/g)];

	it("are those of the code", () => {
		const coded = new Map<string, number>(Object.entries(limits));
		expect(stated).to.have.lengthOf(11);
		for (const [, name, value] of stated) {
			expect(Number(value?.replaceAll(",", "")), name).to.equal(coded.get(String(name)));
		}
	});
});
