import { expect } from "chai";
import { describe, it } from "mocha";
import { tableLines } from "../../../src/cli/table.ts";

describe("tables of the command line", () => {
	it("heads each column with its name and sets numbers to the right", () => {
		const rows = [
			{ name: "publish", warm: true, gas: 38149 },
			{ name: "deposit", warm: false, gas: 5 },
		];
		expect(tableLines(rows)).to.deep.equal(["name     warm     gas", "publish  yes   38,149", "deposit  no         5"]);
	});

	it("leaves a cell empty where a row lacks the field", () => {
		expect(tableLines([{ a: 1 }, { a: 2, b: "x" }])).to.deep.equal(["a  b", "1", "2  x"]);
	});
});
