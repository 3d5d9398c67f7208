import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { openArchive } from "../../../src/l1/archive.ts";
import { beaconSource } from "../../../src/l1/beacon.ts";
import { type BlobRequest, type BlobSource, fetchBlobs } from "../../../src/l1/blobs.ts";
import type { HttpLimits } from "../../../src/l1/http.ts";
import { blobToCommitment, versionedHash } from "../../../src/l1/kzg.ts";
import { MeridianError } from "../../../src/primitives/errors.ts";
import { BLOB_BYTES } from "../../../src/primitives/limits.ts";
import type { Hash32 } from "../../../src/primitives/types.ts";
import { serveBeacon } from "../../helpers/l1/beacon.ts";
import { codeOf, errorOf } from "../../helpers/l1/errors.ts";
import { type Reply, serve, type TestServer } from "../../helpers/l1/server.ts";
import { GENESIS_TIME, SyntheticL1 } from "../../helpers/l1/syntheticL1.ts";

const QUICK: Partial<HttpLimits> = { backoffMs: 1, timeoutMs: 2000, attempts: 2 };

function blobOf(seed: number): Uint8Array {
	const blob = new Uint8Array(BLOB_BYTES);
	for (let i = 0; i < 2000; i++) blob[i] = i % 32 === 0 ? 0 : (i * 31 + seed) & 0xff;
	return blob;
}

const BLOBS = [blobOf(1), blobOf(2), blobOf(3)] as const;
const OTHER = blobOf(9);
let hashes: Hash32[];
let request: BlobRequest;

before(async () => {
	hashes = await Promise.all(BLOBS.map(async (blob) => versionedHash(await blobToCommitment(blob))));
	request = {
		blockNumber: 3,
		blockHash: `0x${"ab".repeat(32)}`,
		timestamp: GENESIS_TIME + 36,
		versionedHashes: hashes,
	};
});

const sourceOf = (label: string, blobs: readonly Uint8Array[]): BlobSource => ({
	label,
	candidates: async () => blobs.map((blob) => ({ blob })),
});

/** What a source gives instead of the three blobs. */
const flipped = (blob: Uint8Array): Uint8Array => blob.with(777, (blob[777] ?? 0) ^ 1);
const LYING: Record<string, () => Uint8Array[]> = {
	"one byte flipped": () => [flipped(BLOBS[0]), BLOBS[1], BLOBS[2]],
	"a short blob": () => [BLOBS[0].slice(0, -1), BLOBS[1], BLOBS[2]],
	"an empty blob": () => [new Uint8Array(), BLOBS[1], BLOBS[2]],
	"a long blob": () => [new Uint8Array([...BLOBS[0], 0]), BLOBS[1], BLOBS[2]],
	"a wrong blob": () => [OTHER, BLOBS[1], BLOBS[2]],
	"one blob twice": () => [BLOBS[1], BLOBS[1], BLOBS[2]],
	"a missing blob": () => [BLOBS[1], BLOBS[2]],
	"field elements out of range (trap 11)": () => [new Uint8Array(BLOB_BYTES).fill(0xff), BLOBS[1], BLOBS[2]],
	"only zeros (trap 11)": () => [new Uint8Array(BLOB_BYTES), BLOBS[1], BLOBS[2]],
};

describe("l1/blobs", () => {
	for (const [what, blobs] of Object.entries(LYING)) {
		it(`skips a source that gives ${what}, and takes the next (trap 6)`, async () => {
			const found = await fetchBlobs([sourceOf("liar", blobs()), sourceOf("honest", BLOBS)], request, null);
			expect(hashes.map((hash) => found.get(hash))).to.deep.equal([...BLOBS]);
		});

		it(`waits rather than believe ${what} (traps 6, 10)`, async () => {
			const error = await errorOf(fetchBlobs([sourceOf("liar", blobs())], request, null));
			expect(error).to.include({ recovery: "retry", code: "blob-unavailable" });
			expect(error.details.missing).to.deep.equal([hashes[0]]);
			expect(error.message).to.include(String(hashes[0])).and.include("liar gives 2 of 3");
		});
	}

	it("takes blobs in any order, since each is known by its content (trap 6), and does not read extra ones (trap 12)", async () => {
		const found = await fetchBlobs([sourceOf("shuffled", [OTHER, BLOBS[2], BLOBS[0], OTHER, BLOBS[1]])], request, null);
		expect([...found.keys()].sort()).to.deep.equal([...hashes].sort());
		expect(hashes.map((hash) => found.get(hash))).to.deep.equal([...BLOBS]);
	});

	it("puts together what several sources have, asking each only for what is missing", async () => {
		const asked: number[] = [];
		const counting = (source: BlobSource): BlobSource => ({
			...source,
			candidates: (wanted) => {
				asked.push(wanted.versionedHashes.length);
				return source.candidates(wanted);
			},
		});
		const broken: BlobSource = {
			label: "broken",
			candidates: () => Promise.reject(new MeridianError("retry", "unreachable", "broken does not answer")),
		};
		const sources = [
			broken,
			sourceOf("a", [BLOBS[1]]),
			sourceOf("b", [BLOBS[0]]),
			sourceOf("c", [BLOBS[2]]),
			sourceOf("d", BLOBS),
		];
		expect((await fetchBlobs(sources.map(counting), request, null)).size).to.equal(3);
		expect(asked).to.deep.equal([3, 3, 2, 1]);
	});

	it("names what is missing and what each source said", async () => {
		const broken: BlobSource = {
			label: "broken",
			candidates: () => Promise.reject(new MeridianError("retry", "unreachable", "broken does not answer")),
		};
		const error = await errorOf(fetchBlobs([broken, sourceOf("poor", [])], request, null));
		expect(error.message).to.include("L1 block 3").and.include("broken does not answer; poor gives 0 of 3");
		const none = await errorOf(fetchBlobs([], request, null));
		expect(none.message).to.include("no blob source is configured");
	});
});

describe("l1/archive", () => {
	let folder: string;
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "meridian-archive-"));
	});
	afterEach(() => rm(folder, { recursive: true }));
	const pathOf = (hash: string): string => join(folder, hash.slice(4, 6), `${hash}.blob`);

	it("gives back what was stored, also to another process, and leaves no temporary files", async () => {
		for (const blob of BLOBS) await openArchive(folder).store(blob);
		await openArchive(folder).store(BLOBS[0]);
		const found = await fetchBlobs([openArchive(folder)], request, null);
		expect(hashes.map((hash) => found.get(hash))).to.deep.equal([...BLOBS]);
		const files = (await readdir(folder, { recursive: true })).filter((name) => name.includes("."));
		expect(files.sort()).to.deep.equal(hashes.map((hash) => join(hash.slice(4, 6), `${hash}.blob`)).sort());
	});

	it("keeps what other sources gave, once it was checked", async () => {
		const archive = openArchive(folder);
		await fetchBlobs(
			[archive, sourceOf("liar", [OTHER, flipped(BLOBS[0])]), sourceOf("beacon", BLOBS)],
			request,
			archive,
		);
		expect((await fetchBlobs([openArchive(folder)], request, null)).size).to.equal(3);
		expect((await readdir(folder)).length).to.equal(new Set(hashes.map((hash) => hash.slice(4, 6))).size);
	});

	const DAMAGE: Record<string, (bytes: Uint8Array) => Uint8Array> = {
		"a flipped byte of the blob": (bytes) => bytes.with(100, (bytes[100] ?? 0) ^ 1),
		"a flipped byte of the commitment": (bytes) => bytes.with(BLOB_BYTES + 5, (bytes[BLOB_BYTES + 5] ?? 0) ^ 1),
		"a flipped byte of the proof": (bytes) => bytes.with(BLOB_BYTES + 60, (bytes[BLOB_BYTES + 60] ?? 0) ^ 1),
		"half a file": (bytes) => bytes.slice(0, bytes.length / 2),
		"an empty file": () => new Uint8Array(),
		"the file of another blob": () => new Uint8Array(BLOB_BYTES),
	};
	for (const [what, damage] of Object.entries(DAMAGE))
		it(`ignores ${what} and replaces it`, async () => {
			const archive = openArchive(folder);
			const hash = await archive.store(BLOBS[0]);
			await writeFile(pathOf(hash), damage(new Uint8Array(await readFile(pathOf(hash)))));
			const one = { ...request, versionedHashes: [hash] };
			expect(await codeOf(fetchBlobs([archive], one, null))).to.equal("retry blob-unavailable");
			await fetchBlobs([archive, sourceOf("beacon", BLOBS)], one, archive);
			expect((await fetchBlobs([archive], one, null)).get(hash)).to.deep.equal(BLOBS[0]);
		});

	it("takes a bare blob that was put there by hand, and leaves it as it is", async () => {
		const hash = await openArchive(folder).store(BLOBS[0]);
		await writeFile(pathOf(hash), BLOBS[0]);
		const found = await fetchBlobs([openArchive(folder)], { ...request, versionedHashes: [hash] }, null);
		expect(found.get(hash)).to.deep.equal(BLOBS[0]);
		expect((await stat(pathOf(hash))).size).to.equal(BLOB_BYTES);
	});

	it("has nothing where there is no folder, and says why it cannot write", async () => {
		expect(await openArchive(join(folder, "none")).candidates(request)).to.deep.equal([]);
		await writeFile(join(folder, "file"), "");
		expect(await codeOf(openArchive(join(folder, "file")).store(BLOBS[0]))).to.equal("retry archive-write");
	});
});

describe("l1/beacon", () => {
	let server: TestServer | null = null;
	let l1: SyntheticL1;
	beforeEach(async () => {
		l1 = await SyntheticL1.create();
		await l1.mineEmpty(5);
		for (const [index, hash] of hashes.entries()) l1.blobs.set(hash, BLOBS[index] ?? OTHER);
	});
	afterEach(() => server?.close());

	const fetchFrom = async (started: Promise<TestServer>, limits: Partial<HttpLimits> = QUICK) => {
		server = await started;
		return await fetchBlobs([beaconSource(server.url, limits)], request, null);
	};

	it("asks by the slot of the block's timestamp and takes blobs in any order", async () => {
		expect((await fetchFrom(serveBeacon(l1, (blobs) => blobs.reverse()))).size).to.equal(3);
	});

	it("asks one by one a server that understands one hash only", async () => {
		expect((await fetchFrom(serveBeacon(l1, (blobs) => blobs.slice(-1)))).size).to.equal(3);
	});

	it("asks by the L1 block's hash where there are no slots, as at anvil", async () => {
		const paths: string[] = [];
		const found = await fetchFrom(
			serve((path) => {
				paths.push(path);
				if (path.startsWith("/eth/v1/config")) return { kind: "raw", status: 404, body: "" };
				return { kind: "json", json: { data: BLOBS.map((blob) => `0x${Buffer.from(blob).toString("hex")}`) } };
			}),
		);
		expect(found.size).to.equal(3);
		expect(paths[1]).to.include(
			`/eth/v1/beacon/blobs/${request.blockHash}?versioned_hashes=${hashes[0]}&versioned_hashes=`,
		);
	});

	it("reads a slot length in milliseconds", async () => {
		const found = await fetchFrom(
			serve((path) => {
				if (path.startsWith("/eth/v1/config")) return { kind: "json", json: { data: { SLOT_DURATION_MS: "12000" } } };
				if (path.endsWith("genesis")) return { kind: "json", json: { data: { genesis_time: String(GENESIS_TIME) } } };
				const blobs = path.includes("/blobs/3?") ? BLOBS.map((blob) => `0x${Buffer.from(blob).toString("hex")}`) : [];
				return { kind: "json", json: { data: blobs } };
			}),
		);
		expect(found.size).to.equal(3);
	});

	const BAD: Record<string, (blobs: string[]) => string[] | Reply> = {
		"a flipped digit": (blobs) => blobs.map((blob) => blob.replace(/.$/, (digit) => (digit === "1" ? "2" : "1"))),
		"a short blob": (blobs) => blobs.map((blob) => blob.slice(0, -2)),
		"a very long blob": (blobs) => blobs.map((blob) => blob.padEnd(2_000_000, "00")),
		"half a byte": (blobs) => blobs.map((blob) => blob.slice(0, -1)),
		numbers: () => [5, {}, null] as unknown as string[],
		nothing: () => [],
		null: () => ({ kind: "json", json: { data: null } }),
		"no data": () => ({ kind: "json", json: {} }),
		"a list": () => ({ kind: "json", json: [] }),
		"a web page": () => ({ kind: "raw", body: "<html>" }),
		"HTTP 500": () => ({ kind: "raw", status: 500, body: "{}" }),
		"HTTP 400": () => ({ kind: "raw", status: 400, body: "{}" }),
		"HTTP 410": () => ({ kind: "raw", status: 410, body: "{}" }),
		"half an answer": () => ({ kind: "truncated", body: '{"data":["0x' }),
		"a closed connection": () => ({ kind: "hangup" }),
		"too much": () => ({ kind: "raw", body: "0".repeat(3_000_000) }),
	};
	for (const [what, spoil] of Object.entries(BAD))
		it(`waits when the beacon node gives ${what} (traps 6, 10)`, async () => {
			const limits = { ...QUICK, maxBytes: what === "too much" ? 2_000_000 : 50_000_000 };
			const error = await errorOf(fetchFrom(serveBeacon(l1, spoil), limits));
			expect(error).to.include({ recovery: "retry", code: "blob-unavailable" });
			expect(error.message).to.include(`beacon API ${server?.url}`).and.not.include("\n");
		});
});
