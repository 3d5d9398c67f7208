/** The vectors of the order layer. */
import { expect } from "chai";
import { describe, it } from "mocha";
import { blockOf, configOf, resultJson } from "../../../scripts/vectors/historyJson.ts";
import { genesisState } from "../../../src/derive/state.ts";
import { step } from "../../../src/derive/step.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import { type VectorCase, vectorsOf } from "../../helpers/vectors.ts";

const casesOf = (kind: string): readonly VectorCase[] =>
	vectorsOf("valid").find((set) => set.kind === kind)?.cases ?? expect.fail(`no vectors of ${kind}`);

describe("vectors/valid/history.json (D-1 to D-10)", () => {
	for (const entry of casesOf("history")) {
		it(entry.name, () => {
			const config = configOf(entry.fields.config as Parameters<typeof configOf>[0]);
			let state = genesisState(config, entry.hex("genesisHead"));
			const expected = entry.fields.expected as readonly object[];
			const blocks = entry.fields.blocks as readonly Parameters<typeof blockOf>[0][];
			expect(blocks).to.have.lengthOf(expected.length);
			for (const [index, block] of blocks.entries()) {
				const result = step(config, state, blockOf(block));
				expect(resultJson(result)).to.deep.equal(expected[index]);
				state = result.state;
			}
		});
	}
});

describe("vectors/valid/stateHash.json (S-7)", () => {
	const last = new Map(
		casesOf("history").map((entry) => [entry.name, (entry.fields.expected as { stateHash: string }[]).at(-1)]),
	);
	for (const entry of casesOf("stateHash")) {
		it(entry.name, () => {
			expect(keccakHex(entry.bytes("state"))).to.equal(entry.hex("hash"));
			expect(last.get(entry.name)?.stateHash).to.equal(entry.hex("hash"));
		});
	}
});
