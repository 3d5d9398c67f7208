import { expect } from "chai";
import { describe, it } from "mocha";
import "../fuzz/keccak.ts";
import { compareHistory } from "../fuzz/compare.ts";
import { EDGES } from "../fuzz/edges.ts";
import { readHistory } from "../fuzz/history.ts";

/** M-2, M-3, H-1 and B-3 at their caps, which random data hardly ever reaches (trap 5). */
describe("both readers at the caps of a publication", function () {
	this.timeout(120_000);
	for (const { name, verdict, history } of EDGES) {
		it(`${name}: ${typeof verdict === "number" ? "valid" : verdict}`, () => {
			const made = history();
			const expected = readHistory(made);
			const publication = expected.at(-1)?.at(-1)?.publications[0];
			if (typeof verdict === "number") {
				expect(publication?.broken).to.deep.equal([]);
				expect(publication?.items).to.equal(verdict);
			} else {
				expect(publication?.broken).to.include(verdict);
			}
			expect(compareHistory(made, expected)).to.equal(null);
		});
	}
});
