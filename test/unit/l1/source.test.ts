import { expect } from "chai";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { beaconSource } from "../../../src/l1/beacon.ts";
import type { HttpLimits } from "../../../src/l1/http.ts";
import { blobToCommitment, versionedHash } from "../../../src/l1/kzg.ts";
import { httpTransport } from "../../../src/l1/rpc.ts";
import { createL1Source, type L1SourceOptions } from "../../../src/l1/source.ts";
import { BLOB_BYTES } from "../../../src/primitives/limits.ts";
import { serveBeacon } from "../../helpers/l1/beacon.ts";
import { codeOf, errorOf } from "../../helpers/l1/errors.ts";
import { type Answer, type Call, type Reply, serveRpc, type TestServer } from "../../helpers/l1/server.ts";
import { SyntheticL1 } from "../../helpers/l1/syntheticL1.ts";
import * as timeline from "../../helpers/l1/timeline.ts";

const QUICK: Partial<HttpLimits> = { backoffMs: 1, timeoutMs: 5000, attempts: 3 };
type Json = Record<string, unknown>;
type Decide = (call: Call, truth: unknown) => Answer | Promise<Answer>;

const blobs = [new Uint8Array(BLOB_BYTES).fill(1), new Uint8Array(BLOB_BYTES).fill(2)] as const;
/** The block with everything in it. */
const FULL = 4;

describe("l1/source", () => {
	let l1: SyntheticL1;
	let hashes: string[];
	const servers: TestServer[] = [];

	before(async () => {
		hashes = await Promise.all(blobs.map(async (blob) => versionedHash(await blobToCommitment(blob))));
	});
	beforeEach(async () => {
		l1 = await SyntheticL1.create();
		await timeline.createTimeline(l1);
		await l1.mine([{ logs: [timeline.foreign()] }]);
		await l1.mine();
		const [first = "", second = ""] = hashes;
		await l1.mine([
			{ type: 2, logs: [timeline.registered(), timeline.foreign()] },
			// One blob named twice, as a transaction may do.
			{ type: 3, logs: [timeline.publishedBlobs([second, first, second])] },
			{ type: 0, logs: [timeline.publishedCalldata("0x0102"), timeline.deposited()] },
			{ type: 4, logs: [timeline.enqueued(), timeline.bundleEnqueued(), timeline.scheduled()] },
		]);
		for (const [index, hash] of hashes.entries()) l1.blobs.set(hash, blobs[index] ?? blobs[0]);
		await l1.mineEmpty(6);
	});
	afterEach(async () => {
		for (const server of servers.splice(0)) await server.close();
	});

	async function sourceOn(decide?: Decide, options: Partial<L1SourceOptions> = {}) {
		const rpc = await serveRpc(l1, decide);
		const beacon = await serveBeacon(l1);
		servers.push(rpc, beacon);
		const source = createL1Source({
			rpc: httpTransport(rpc.url, QUICK),
			inbox: timeline.INBOX,
			blobSources: [beaconSource(beacon.url, QUICK)],
			patience: { attempts: 2, pauseMs: 1 },
			...options,
		});
		return { source, calls: rpc.calls };
	}

	it("reads the timeline, heads, hashes and blocks of an honest node", async () => {
		const { source } = await sourceOn();
		expect(await source.timeline()).to.deep.equal({
			l1ChainId: l1.chainId,
			inbox: timeline.INBOX,
			registry: timeline.REGISTRY,
			forcedInclusion: timeline.FORCED,
			bridge: timeline.BRIDGE,
			rights: timeline.RIGHTS,
			creationBlock: 1,
			genesisHead: (await source.timeline()).genesisHead,
			config: timeline.CONFIG,
		});
		expect((await source.heads()).latest).to.deep.equal({ number: 10, hash: l1.head.hash });
		expect(await source.hashOf(3)).to.equal(l1.blocks[3]?.hash);
		expect(await source.hashOf(11)).to.equal(null);
		expect(await source.block(11)).to.equal(null);
		const block = await source.block(FULL);
		expect(block).to.deep.include({ number: FULL, hash: l1.blocks[FULL]?.hash, parentHash: l1.blocks[FULL - 1]?.hash });
		expect(block?.logs.map((log) => log.kind)).to.deep.equal([
			...["rollupRegistered", "published", "published", "deposited", "enqueued", "enqueued", "configScheduled"],
		]);
		const published = block?.logs[1];
		expect(published?.kind === "published" && published.data).to.deep.equal({
			kind: "blobs",
			versionedHashes: [hashes[1], hashes[0], hashes[1]],
			blobs: [blobs[1], blobs[0], blobs[1]],
		});
		expect((await source.block(1))?.logs.map((log) => log.kind)).to.deep.equal(["timelineCreated"]);
	});

	it("asks for no receipts of a block that its header's filter rules out", async () => {
		const { source, calls } = await sourceOn();
		await source.timeline();
		const before = calls.length;
		for (const number of [2, 3, 5, 6]) expect((await source.block(number))?.logs).to.deep.equal([]);
		expect(calls.slice(before).map((call) => call.method)).to.deep.equal(Array(4).fill("eth_getBlockByNumber"));
	});

	it("gives the same block where receipts must be fetched one by one", async () => {
		const expected = await (await sourceOn()).source.block(FULL);
		l1.receiptsAtOnce = false;
		const { source, calls } = await sourceOn();
		expect(await source.block(FULL)).to.deep.equal(expected);
		const before = calls.length;
		await source.block(FULL);
		expect(calls.slice(before).map((call) => call.method)).to.not.include("eth_getBlockReceipts");
	});

	describe("when every request fails once, at every point (trap 10)", () => {
		const FAILURES: Record<string, Reply> = {
			hangup: { kind: "hangup" },
			"HTTP 500": { kind: "raw", status: 500, body: "<html>" },
			"half an answer": { kind: "truncated", body: '{"jsonrpc":' },
			"null as a result": { kind: "json", json: null },
		};
		for (const [what, failure] of Object.entries(FAILURES))
			it(`gives the same result after ${what}`, async () => {
				const expected = await (await sourceOn()).source.block(FULL);
				const seen = new Set<string>();
				const { source, calls } = await sourceOn((call, truth) => {
					const key = JSON.stringify([call.method, call.params]);
					if (seen.has(key)) return { result: truth };
					seen.add(key);
					return failure;
				});
				expect(await source.block(FULL)).to.deep.equal(expected);
				expect(calls.length).to.equal(2 * seen.size);
			});

		it("takes a null for an answer to wait for, whichever request it answers", async () => {
			const honest = await sourceOn();
			const expected = await honest.source.block(FULL);
			for (let failing = 0; failing < honest.calls.length; failing++) {
				const { source } = await sourceOn((call, truth) => ({ result: call.index === failing ? null : truth }));
				const first = await source.block(FULL).catch((error: { recovery?: string }) => error.recovery);
				// "There is no such block" looks like the end of the chain: who follows the head asks again.
				if (first !== null && first !== "retry") expect(first).to.deep.equal(expected);
				expect(await source.block(FULL)).to.deep.equal(expected);
			}
		});
	});

	describe("when a node lies", () => {
		const onBlock = (change: (block: Json) => Json): Decide => {
			return ({ method, params }, truth) => ({
				result: method === "eth_getBlockByNumber" && params[0] === "0x4" ? change(truth as Json) : truth,
			});
		};
		const onReceipts = (change: (receipts: Json[]) => unknown): Decide => {
			return ({ method, params }, truth) => ({
				result:
					method === "eth_getBlockReceipts" && params[0] === l1.blocks[FULL]?.hash ? change(truth as Json[]) : truth,
			});
		};
		const LIES: Record<string, [Decide, string]> = {
			"another timestamp": [onBlock((block) => ({ ...block, timestamp: "0x1" })), "halt l1-header-hash"],
			"another mixHash": [onBlock((block) => ({ ...block, mixHash: timeline.WORD(5) })), "halt l1-header-hash"],
			"an empty filter": [
				onBlock((block) => ({ ...block, logsBloom: `0x${"00".repeat(256)}` })),
				"halt l1-header-hash",
			],
			"another receipts root": [
				onBlock((block) => ({ ...block, receiptsRoot: timeline.WORD(5) })),
				"halt l1-header-hash",
			],
			"another hash": [onBlock((block) => ({ ...block, hash: timeline.WORD(5) })), "halt l1-header-hash"],
			"another block": [onBlock(() => l1.blocks[5]?.json as Json), "halt l1-wrong-block"],
			"numbers in decimal": [onBlock((block) => ({ ...block, timestamp: 1_900_000_048 })), "retry malformed"],
			"a string for a block": [onBlock(() => "0x" as unknown as Json), "retry malformed"],
			"a receipt less": [onReceipts((receipts) => receipts.slice(1)), "halt l1-receipts-root"],
			"no receipts at all": [onReceipts(() => []), "halt l1-receipts-root"],
			"receipts in another order": [onReceipts((receipts) => receipts.reverse()), "halt l1-receipts-root"],
			"a log less": [
				onReceipts((receipts) => [{ ...receipts[0], logs: [] }, ...receipts.slice(1)]),
				"halt l1-receipts-root",
			],
			"the receipts of another block": [onReceipts(() => l1.blocks[2]?.receipts), "halt l1-receipts-root"],
			"null for receipts": [onReceipts(() => null), "retry l1-moved"],
			"null for one receipt": [onReceipts((receipts) => [null, ...receipts.slice(1)]), "retry l1-moved"],
			"an object for receipts": [onReceipts(() => ({})), "retry malformed"],
		};
		for (const [what, [decide, code]] of Object.entries(LIES)) {
			it(`believes no block with ${what}`, async () => {
				const { source } = await sourceOn(decide);
				expect(await codeOf(source.block(FULL))).to.equal(code);
			});

			it(`takes the truth when it was only once that it got ${what}`, async () => {
				const expected = await (await sourceOn()).source.block(FULL);
				let lies = 1;
				const { source } = await sourceOn(async (call, truth) => {
					const answer = await decide(call, structuredClone(truth));
					const lied = JSON.stringify(answer) !== JSON.stringify({ result: truth });
					return lied && lies-- > 0 ? answer : { result: truth };
				});
				expect(await source.block(FULL)).to.deep.equal(expected);
				expect(lies).to.be.below(1);
			});
		}

		it("does not mix a header of one fork with receipts of another", async () => {
			const old = structuredClone(l1.blocks[FULL]);
			l1.cut(7);
			await l1.mine([{ logs: [timeline.deposited(9)] }]);
			const { source } = await sourceOn(({ method, params, index }, truth) => {
				const stale = method === "eth_getBlockByNumber" && params[0] === "0x4" && index < 6;
				return { result: stale ? old?.json : truth };
			});
			const block = await source.block(FULL);
			expect(block?.hash).to.equal(l1.head.hash);
			expect(block?.logs.map((log) => log.kind)).to.deep.equal(["deposited"]);
		});
	});

	describe("timeline()", () => {
		it("says that there is no Inbox, with address and chain", async () => {
			const { source } = await sourceOn(undefined, { inbox: timeline.ALICE as never });
			const error = await errorOf(source.timeline());
			expect(error).to.include({ recovery: "usage", code: "no-inbox" });
			expect(error.message).to.include(timeline.ALICE).and.include("on chain 31337");
		});

		const onCall = (change: (answer: string) => unknown): Decide => {
			return ({ method }, truth) => ({ result: method === "eth_call" ? change(truth as string) : truth });
		};
		const word = (index: number, value: string) => (answer: string) =>
			answer.slice(0, 2 + 64 * index) + value.padStart(64, "0") + answer.slice(2 + 64 * (index + 1));
		const LIES: Record<string, [Decide, string]> = {
			"another registry": [onCall(word(0, "ff")), "halt timeline-mismatch"],
			"another bridge": [onCall(word(2, "ff")), "halt timeline-mismatch"],
			"other rights": [onCall(word(3, "ff")), "halt timeline-mismatch"],
			"another creation block": [onCall(word(4, "2")), "halt timeline-mismatch"],
			"a creation block to come": [onCall(word(4, "ffff")), "retry l1-moved"],
			"another start block": [onCall(word(5, "2")), "halt timeline-mismatch"],
			"another maxLag": [onCall(word(10, "2")), "halt timeline-mismatch"],
			"another genesis head": [onCall(word(15, "2")), "halt timeline-mismatch"],
			"another chain id": [
				({ method }, truth) => ({ result: method === "eth_chainId" ? "0x1" : truth }),
				"halt timeline-mismatch",
			],
			"too few words": [onCall((answer) => answer.slice(0, -64)), "usage no-inbox"],
			"no hex": [onCall(() => 5), "retry malformed"],
			"a number beyond reason": [onCall(word(4, "f".repeat(16))), "usage no-inbox"],
			"no hex chain id": [
				({ method }, truth) => ({ result: method === "eth_chainId" ? 31337 : truth }),
				"retry malformed",
			],
		};
		for (const [what, [decide, code]] of Object.entries(LIES))
			it(`does not take ${what} from the node's word`, async () => {
				const { source } = await sourceOn(decide);
				expect(await codeOf(source.timeline())).to.equal(code);
			});

		it("does not remember a failure", async () => {
			let broken = true;
			const { source } = await sourceOn(({ method }, truth) => ({
				result: method === "eth_call" && broken ? "0x" : truth,
			}));
			expect(await codeOf(source.block(FULL))).to.equal("usage no-inbox");
			broken = false;
			expect((await source.block(FULL))?.logs).to.have.length(7);
		});
	});

	describe("heads()", () => {
		const heads = async (decide: Decide, options: Partial<L1SourceOptions> = {}) => {
			const { latest, safe, finalized } = await (await sourceOn(decide, options)).source.heads();
			return [latest.number, safe.number, finalized.number];
		};
		const without =
			(...tags: string[]): Decide =>
			(call, truth) => {
				if (!tags.includes(String(call.params[0]))) return { result: truth };
				throw { code: -39001, message: "Unknown block" };
			};

		it("takes the node's tags", async () => {
			l1.finalityDepth = 6;
			expect(await heads((_call, result) => ({ result }))).to.deep.equal([10, 7, 4]);
		});

		it("counts back from the head where the node knows no such tags, or has no such block yet", async () => {
			const finality = { depth: 3 };
			expect(await heads(without("safe", "finalized"), { finality })).to.deep.equal([10, 7, 7]);
			expect(await heads(without("safe", "finalized"))).to.deep.equal([10, 0, 0]);
			const nulls: Decide = ({ params }, truth) => ({
				result: params[0] === "finalized" || params[0] === "safe" ? null : truth,
			});
			expect(await heads(nulls, { finality })).to.deep.equal([10, 7, 7]);
			l1.finalityDepth = 4;
			expect(await heads(without("safe"))).to.deep.equal([10, 6, 6]);
		});

		it("overrules a node that calls its head final", async () => {
			l1.finalityDepth = 0;
			const honest: Decide = (_call, result) => ({ result });
			expect(await heads(honest)).to.deep.equal([10, 10, 10]);
			expect(await heads(honest, { finality: { depth: 8, always: true } })).to.deep.equal([10, 2, 2]);
		});

		it("keeps them in order when the chain moves between the questions", async () => {
			const late: Decide = ({ params }, truth) => ({ result: params[0] === "latest" ? l1.blocks[5]?.json : truth });
			l1.finalityDepth = 2;
			expect(await heads(late)).to.deep.equal([5, 5, 5]);
		});

		it("believes no head whose hash is not its own", async () => {
			const decide: Decide = ({ params }, truth) => ({
				result: params[0] === "latest" ? { ...(truth as Json), number: "0x63" } : truth,
			});
			const { source } = await sourceOn(decide);
			expect(await codeOf(source.heads())).to.equal("halt l1-header-hash");
			expect(await codeOf((await sourceOn(() => ({ result: null }))).source.heads())).to.equal("retry l1-moved");
		});
	});
});
