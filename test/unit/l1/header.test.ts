import { createBlockHeader } from "@ethereumjs/block";
import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { bytesToHex } from "@ethereumjs/util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { bloomBits, bloomHas } from "../../../src/l1/bloom.ts";
import { verifyHeader } from "../../../src/l1/header.ts";
import { codeOf, errorOf } from "../../helpers/l1/errors.ts";
import { SyntheticL1 } from "../../helpers/l1/syntheticL1.ts";
import { ALICE, BRIDGE, deposited, FORCED, foreign, INBOX, REGISTRY, RIGHTS } from "../../helpers/l1/timeline.ts";

type Json = Record<string, unknown>;

/** A header of that fork as JSON-RPC gives it; hash and fields by ethereumjs. */
function headerOf(hardfork: string): Json {
	const common = new Common({ chain: Mainnet, hardfork });
	const header = createBlockHeader(
		{ number: 20_000_000, timestamp: 1_900_000_000, gasLimit: 30_000_000, mixHash: new Uint8Array(32).fill(5) },
		{ common },
	);
	const { uncleHash, coinbase, transactionsTrie, receiptTrie, ...rest } = header.toJSON() as Json;
	return {
		...rest,
		hash: bytesToHex(header.hash()),
		sha3Uncles: uncleHash,
		miner: coinbase,
		transactionsRoot: transactionsTrie,
		receiptsRoot: receiptTrie,
	};
}

describe("l1/header", () => {
	for (const hardfork of [
		Hardfork.Berlin,
		Hardfork.London,
		Hardfork.Paris,
		Hardfork.Shanghai,
		Hardfork.Cancun,
		Hardfork.Prague,
		Hardfork.Osaka,
		Hardfork.Amsterdam,
	])
		it(`hashes a ${hardfork} header as ethereumjs does`, () => {
			const json = headerOf(hardfork);
			const header = verifyHeader(json, 20_000_000);
			expect(header.hash).to.equal(json.hash);
			expect(header).to.include({ number: 20_000_000, timestamp: 1_900_000_000, prevRandao: `0x${"05".repeat(32)}` });
		});

	it("finds one changed digit in any field, and any field left out or added", async () => {
		const json = headerOf(Hardfork.Osaka);
		for (const [name, value] of Object.entries(json)) {
			const text = String(value);
			const flipped = text.slice(0, -1) + (text.endsWith("1") ? "2" : "1");
			const changed = { ...json, [name]: value === "0x" ? "0x01" : flipped };
			const code = await codeOf(() => verifyHeader(changed, 20_000_000));
			expect(code, name).to.equal(name === "number" ? "halt l1-wrong-block" : "halt l1-header-hash");
			const { [name]: _, ...without } = json;
			expect(await codeOf(() => verifyHeader(without, 20_000_000)), `without ${name}`).to.be.oneOf([
				"retry malformed",
				"halt l1-header-hash",
			]);
		}
		expect(await codeOf(() => verifyHeader({ ...json, slotNumber: "0x1" }, null))).to.equal("halt l1-header-hash");
	});

	it("names the fields of a fork it does not know", async () => {
		const error = await errorOf(() =>
			verifyHeader({ ...headerOf(Hardfork.Osaka), hash: `0x${"11".repeat(32)}`, futureRoot: "0x00" }, null),
		);
		expect(error).to.include({ recovery: "halt", code: "l1-header-hash" });
		expect(error.message).to.include("a fork this version does not know (fields: futureRoot)");
	});

	it("takes no answer of the wrong shape for a header", async () => {
		const json = headerOf(Hardfork.Osaka);
		const wrong: unknown[] = [
			5,
			"0x",
			[],
			true,
			{},
			{ ...json, number: 20_000_000 },
			{ ...json, number: "20000000" },
			{ ...json, timestamp: 1.5 },
		];
		wrong.push(
			{ ...json, gasUsed: null },
			{ ...json, extraData: "0x1" },
			{ ...json, logsBloom: "0x00" },
			{ ...json, hash: `0x${"zz".repeat(32)}` },
		);
		wrong.push(
			{ ...json, timestamp: "0xffffffffffffffffff" },
			{ ...json, parentHash: { toString: 1 } },
			{ ...json, number: `0x${"f".repeat(65)}` },
		);
		for (const answer of wrong)
			expect(await codeOf(() => verifyHeader(answer, null)), JSON.stringify(answer).slice(-60)).to.be.oneOf([
				"retry malformed",
				"halt l1-header-hash",
			]);
	});
});

describe("l1/bloom", () => {
	it("never rules out a block with a log of the address, and rules out most others", async () => {
		const l1 = await SyntheticL1.create();
		const block = await l1.mine([{ logs: [deposited(), foreign()] }]);
		const { logsBloom } = verifyHeader(block.json, 1);
		expect(bloomHas(logsBloom, bloomBits(BRIDGE))).to.equal(true);
		expect(bloomHas(logsBloom, bloomBits(RIGHTS))).to.equal(true);
		for (const address of [INBOX, REGISTRY, FORCED, ALICE] as const)
			expect(bloomHas(logsBloom, bloomBits(address))).to.equal(false);
		expect(bloomHas(new Uint8Array(256).fill(255), bloomBits(INBOX))).to.equal(true);
	});
});
