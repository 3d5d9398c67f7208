import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { decodeRlp, encodeRlp, keccak256, type RlpStructuredData } from "ethers";
import { describe, it } from "mocha";
import { writeBlob, writeBlobs } from "../fuzz/blobWriter.ts";
import { generate } from "../fuzz/generator.ts";
import { readHistory } from "../fuzz/history.ts";
import { createRandom, type Random } from "../fuzz/random.ts";
import { type Tree, writeFlawedRlp, writeRlp } from "../fuzz/rlpWriter.ts";
import { runFuzz } from "../fuzz/run.ts";
import { decodeBlob, joinBlobs } from "../reference/blob.ts";
import { merkleRoot, subtreeRoots } from "../reference/hashes.ts";
import { decodeCanonical, encodeCanonical, type Rlp } from "../reference/rlp.ts";

const hex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
const hexTree = (tree: Rlp): RlpStructuredData => (Buffer.isBuffer(tree) ? hex(tree) : tree.map(hexTree));

function randomTree(random: Random, depth: number): Tree {
	if (depth === 0 || random.chance(0.4)) return random.bytes(random.pick([0, 1, 1, 2, 55, 56, 300]));
	return Array.from({ length: random.below(5) }, () => randomTree(random, depth - 1));
}

/** The canonical bytes that ethers makes of what it reads, or null if it cannot read it. */
function throughEthers(bytes: Buffer): string | null {
	try {
		return encodeRlp(decodeRlp(bytes) as RlpStructuredData);
	} catch {
		return null;
	}
}

describe("the second reader's own tools", () => {
	it("write RLP as ethers does, and read back what they wrote", () => {
		const random = createRandom("rlp");
		for (let i = 0; i < 500; i++) {
			const tree = randomTree(random, 4);
			const bytes = encodeCanonical(tree);
			expect(hex(bytes)).to.equal(encodeRlp(hexTree(tree)));
			expect(hex(writeRlp(tree))).to.equal(hex(bytes));
			expect(decodeCanonical(bytes)).to.deep.equal(tree);
		}
	});

	it("read only what is canonical: exactly what ethers writes back unchanged (trap 14)", () => {
		const random = createRandom("flaws");
		let refused = 0;
		for (let i = 0; i < 3_000; i++) {
			const bytes = writeFlawedRlp(random, randomTree(random, 4));
			const canonical = throughEthers(bytes) === hex(bytes);
			expect(decodeCanonical(bytes) !== null, hex(bytes)).to.equal(canonical);
			if (!canonical) refused++;
		}
		expect(refused).to.be.greaterThan(1_000);
	});

	it("put bytes into blobs and get them back, at every kind of length (B-1, B-3)", () => {
		const random = createRandom("blobs");
		for (const length of [1, 26, 27, 28, 58, 59, 90, 123, 124, 127, 130_043, 130_044]) {
			const data = random.bytes(length);
			expect(decodeBlob(writeBlob(data))?.equals(data), `${length} bytes`).to.equal(true);
		}
		const data = random.bytes(300_000);
		expect(joinBlobs(writeBlobs(data))).to.deep.equal(data);
	});

	it("hash trees as RFC 9162 draws them (S-2, S-6)", () => {
		const leaves = Array.from({ length: 7 }, (_, i) => keccak256(new Uint8Array([i])) as `0x${string}`);
		const node = (...parts: (string | undefined)[]) => keccak256(`0x01${parts.map((part) => part?.slice(2)).join("")}`);
		const [a, b, c, d, e, f, g = ""] = leaves.map((leaf) => keccak256(`0x00${leaf.slice(2)}`));
		const four = node(node(a, b), node(c, d));
		expect(merkleRoot(leaves)).to.equal(node(four, node(node(e, f), g)));
		expect(subtreeRoots(leaves, new Map())).to.deep.equal([four, node(e, f), g]);
		expect(merkleRoot([])).to.equal(`0x${"00".repeat(32)}`);
	});
});

describe("meridian fuzz", function () {
	this.timeout(60_000);
	const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
	const run = (...args: string[]) =>
		spawnSync(process.execPath, [...process.execArgv, main, "fuzz", ...args], { encoding: "utf8" });

	it("makes the same history of the same seed, and its guide is the clean reading (D-11)", () => {
		for (const seed of ["again/1", "again/2", "again/3"]) {
			const once = generate(seed);
			expect(generate(seed)).to.deep.equal(once);
			expect(readHistory(once.history)).to.deep.equal(once.expected);
		}
	});

	it("meets the same things again with the same seed, and tells of progress", async () => {
		const told: number[] = [];
		const onProgress = (done: number) => void told.push(done);
		const result = await runFuzz({ histories: 120, seed: "threads", onProgress });
		expect(result.histories).to.equal(120);
		expect(told.at(-1)).to.equal(120);
		const again = await runFuzz({ histories: 120, seed: "threads" });
		expect(again.coverage).to.deep.equal(result.coverage);
	});

	it("ends with one JSON object on --json", () => {
		const { status, stdout } = run("--histories", "20", "--seed", "cli", "--json");
		expect(status).to.equal(0);
		const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
		expect(result).to.include({ histories: 20, differences: 0, throws: 0, seed: "cli" });
	});

	it("refuses a number that is none", () => {
		const { status, stderr } = run("--histories", "many");
		expect(status).to.equal(2);
		expect(stderr).to.contain("give a whole number").and.not.contain("    at ");
	});
});
