import { expect } from "chai";
import { describe, it } from "mocha";
import { type Kept, keptLines } from "../../../src/devnet/kept.ts";
import type { Address } from "../../../src/primitives/types.ts";

const address = (digit: string): Address => `0x${digit.repeat(40)}`;
const KEPT: Kept = {
	url: "http://127.0.0.1:1",
	inbox: address("1"),
	archive: null,
	beacon: "http://127.0.0.1:2",
	proposers: {
		oracle: address("2"),
		proposerRegistry: address("3"),
		rights: address("4"),
		slasher: address("5"),
		sequencers: [
			{ name: "north", url: "http://127.0.0.1:3" },
			{ name: "south", url: "http://127.0.0.1:4" },
		],
	},
};

describe("what a devnet that goes on tells", () => {
	it("how to derive it, and where its blobs are", () => {
		const plain = { ...KEPT, archive: "/blobs", beacon: null, proposers: null };
		expect(keptLines(plain)).to.deep.equal([
			"Running on until Ctrl-C. Derive it yourself in another terminal:",
			`  ./meridian derive --l1 http://127.0.0.1:1 --inbox ${address("1")}`,
			"The blobs are in /blobs, too (--archive), as long as this runs.",
		]);
	});

	it("with L1's proposers: who gives promises, how to hold him to one, and every contract that a command asks for", () => {
		const text = keptLines(KEPT).join("\n");
		expect(text).to.include("  north  http://127.0.0.1:3\n  south  http://127.0.0.1:4\n");
		const slash = `meridian slash --receipt receipt.json --l1 http://127.0.0.1:1 --beacon http://127.0.0.1:2 --inbox ${address("1")}`;
		expect(text).to.include(slash);
		for (const [flag, digit] of Object.entries({ oracle: "2", registry: "3", rights: "4", slasher: "5" }))
			expect(text).to.match(new RegExp(`--${flag} +${address(digit)}`));
	});
});
