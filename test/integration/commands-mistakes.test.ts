/** Commands that cannot do what they are asked, before L1 is there at all. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { meridian } from "../helpers/node/commands.ts";
import { temporaryDirectory } from "../helpers/node/snapshot.ts";

describe("meridian bundle, given a file with a mistake", function () {
	this.timeout(60_000);
	const leg = { rollupId: 1, rawTx: "0x02c0" };
	let directory = "";

	before(async () => {
		directory = await temporaryDirectory();
	});

	after(async () => {
		await rm(directory, { recursive: true });
	});

	for (const [what, content, message] of [
		["none at all", null, /ENOENT/],
		["no JSON", '[{"rollupId": 1', /JSON/],
		["no list", JSON.stringify(leg), /it is no list of legs/],
		["no legs", "[]", /it is no list of legs/],
		["an empty leg", JSON.stringify([leg, {}]), /leg 1 has no rollupId from 1 on/],
		["an odd rollup", JSON.stringify([{ ...leg, rollupId: "1" }]), /leg 0 has no rollupId from 1 on/],
		["an odd number of digits", JSON.stringify([leg, { ...leg, rawTx: "0x123" }]), /leg 1 has no rawTx as 0x/],
		["an odd gas", JSON.stringify([{ ...leg, gas: -1 }]), /leg 0 has a gas that is no number/],
	] as const) {
		it(`${what}: one line that says so, exit code 2, and nobody is asked anything`, async () => {
			const file = join(directory, "bundle.json");
			if (content !== null) await writeFile(file, content);
			const flags = ["--l1", "http://127.0.0.1:2", "--inbox", `0x${"a1".repeat(20)}`, "--file", file];
			const ended = await meridian("bundle", ...flags);
			expect([ended.code, ended.out]).to.deep.equal([2, ""]);
			expect(ended.err).to.match(/^error: .+\nhint: .+\n$/);
			expect(ended.err).to.contain(`${file}: `).and.to.match(message);
		});
	}
});

describe("the commands, given what cannot work", function () {
	this.timeout(60_000);
	const inbox = `0x${"a1".repeat(20)}`;

	for (const [what, args, code, message] of [
		[
			"no Inbox address",
			["derive", "--l1", "http://127.0.0.1:2", "--inbox", "0x12"],
			2,
			/^error: 0x12 is not the address of the inbox: an address is 0x and 40 hex digits\n/,
		],
		[
			"a wrong checksum",
			["derive", "--l1", "http://127.0.0.1:2", "--inbox", "0x5Fbdb2315678afecb367f032d93F642f64180aa3"],
			2,
			/its capitals do not match its checksum/,
		],
		[
			"no URL",
			["verify", "--l1", "localhost:8545", "--inbox", inbox, "--out", "x"],
			2,
			/give an http or https URL like http:\/\/127\.0\.0\.1:8545/,
		],
		[
			"an odd --until",
			["derive", "--l1", "http://127.0.0.1:2", "--inbox", inbox, "--until", "soon"],
			2,
			/give an L1 block number, latest or follow/,
		],
		[
			"nobody at the URL",
			["derive", "--l1", "http://127.0.0.1:2", "--inbox", inbox, "--give-up", "0"],
			1,
			/^error: no useful answer from L1 within 0 s: L1 RPC http:\/\/127\.0\.0\.1:2 does not answer .*\nhint: check --l1/,
		],
		[
			"nothing to look in",
			["inspect", "tick", "1"],
			2,
			/^error: nothing to look in: give --out DIR, or --l1 URL and --inbox ADDRESS\n/,
		],
		[
			"no transaction",
			["inspect", "tx", "0x12", "--out", "x"],
			2,
			/^error: 0x12 is neither a transaction hash .* nor a position like 1234\/1\/0\n/,
		],
		[
			"a directory without a store",
			["inspect", "tick", "1", "--out", "/nowhere"],
			2,
			/^error: \/nowhere was not written by derive --out/,
		],
	] as const) {
		it(`${what}: one line that says so, exit code ${code}`, async () => {
			const ended = await meridian(...args);
			expect(ended.code).to.equal(code);
			expect(ended.err).to.match(message);
			expect(ended.err).not.to.match(/\n\s+at /);
			expect(ended.out).to.equal("");
		});
	}
});
