import { expect } from "chai";
import { Interface } from "ethers";
import { describe, it } from "mocha";
import { INBOX_ABI } from "../../../src/primitives/abi.ts";
import type { Hex } from "../../../src/primitives/types.ts";
import { publishCall } from "../../../src/sequencer/publish-call.ts";

const WORDS = [1, 2, 3, 4].map((byte): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(32)}`);
const LENGTHS = [0, 1, 31, 32, 33, 64, 100_001];
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => 1 + (i % 255));

describe("calls that publish", () => {
	const abi = new Interface(INBOX_ABI);

	it("are what the ABI makes of them, whatever the lengths", () => {
		for (const proof of LENGTHS.map(bytes)) {
			expect(publishCall("publish", WORDS, [proof])).to.equal(abi.encodeFunctionData("publish", [...WORDS, proof]));
			for (const data of LENGTHS.map(bytes))
				expect(publishCall("publishCalldata", WORDS, [data, proof])).to.equal(
					abi.encodeFunctionData("publishCalldata", [...WORDS, data, proof]),
				);
		}
	});
});
