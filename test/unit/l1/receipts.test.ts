import { expect } from "chai";
import { before, describe, it } from "mocha";
import { type VerifiedHeader, verifyHeader } from "../../../src/l1/header.ts";
import { decodeLogs, findTimelineCreated } from "../../../src/l1/logs.ts";
import { verifyReceipts } from "../../../src/l1/receipts.ts";
import { codeOf } from "../../helpers/l1/errors.ts";
import { type SyntheticBlock, SyntheticL1 } from "../../helpers/l1/syntheticL1.ts";
import * as timeline from "../../helpers/l1/timeline.ts";

const CONTRACTS = {
	inbox: timeline.INBOX,
	registry: timeline.REGISTRY,
	forcedInclusion: timeline.FORCED,
	bridge: timeline.BRIDGE,
} as const;

interface JsonReceipt {
	type: string;
	status: unknown;
	logs: { address: string; topics: string[]; data: string; removed: boolean }[];
	cumulativeGasUsed: unknown;
}

describe("l1/receipts", () => {
	let block: SyntheticBlock;
	let header: VerifiedHeader;
	const receipts = (): JsonReceipt[] => structuredClone(block.receipts) as unknown as JsonReceipt[];

	before(async () => {
		const l1 = await SyntheticL1.create();
		// Types 0 to 4, one nobody knows yet, and more than 128 so that keys of both lengths occur in the trie.
		const transactions = [0, 1, 2, 3, 4, 0x42].map((type) => ({
			type,
			logs: [timeline.foreign(), timeline.deposited(type)],
		}));
		block = await l1.mine([...transactions, ...Array.from({ length: 130 }, () => ({ type: 2 }))]);
		header = verifyHeader(block.json, block.number);
	});

	it("computes the root that ethereumjs does, for every type, and gives the logs in order", async () => {
		const logs = await verifyReceipts(receipts(), header);
		expect(logs).to.have.length(12);
		const indices = decodeLogs(logs, CONTRACTS).map((log) => log.kind === "deposited" && log.index);
		expect(indices).to.deep.equal([0, 1, 2, 3, 4, 0x42]);
	});

	it("takes the root of an empty block", async () => {
		const l1 = await SyntheticL1.create();
		expect(await verifyReceipts([], verifyHeader(l1.head.json, 0))).to.deep.equal([]);
	});

	const change = (target: object | undefined, values: object): unknown => Object.assign(target ?? {}, values);
	const LIES: Record<string, (all: JsonReceipt[]) => unknown> = {
		"a log left out": (all) => all[0]?.logs.pop(),
		"a log added": (all) => all[0]?.logs.push(...(all[1]?.logs.slice(0, 1) ?? [])),
		"a log twice": (all) => all[0]?.logs.push(...(all[0]?.logs.slice(0, 1) ?? [])),
		"logs in another order": (all) => all[0]?.logs.reverse(),
		"receipts in another order": (all) => all.unshift(...all.splice(1, 1)),
		"a receipt left out": (all) => all.shift(),
		"the last receipt left out": (all) => all.pop(),
		"no receipts": (all) => all.splice(0),
		"one byte of data changed": (all) => change(all[0]?.logs[0], { data: "0x1235" }),
		"another address": (all) => change(all[0]?.logs[0], { address: timeline.INBOX }),
		"a topic less": (all) => all[0]?.logs[0]?.topics.pop(),
		"another status": (all) => change(all[0], { status: "0x0" }),
		"another type": (all) => change(all[0], { type: "0x1" }),
	};
	for (const [what, lie] of Object.entries(LIES))
		it(`finds ${what} (trap 15)`, async () => {
			const all = receipts();
			lie(all);
			expect(await codeOf(verifyReceipts(all, header))).to.equal("halt l1-receipts-root");
		});

	it("cannot be told by `removed` that a log does not count", async () => {
		const all = receipts();
		for (const receipt of all) for (const log of receipt.logs) log.removed = true;
		expect(await verifyReceipts(all, header)).to.have.length(12);
	});

	it("takes no answer of the wrong shape for receipts", async () => {
		const [first] = receipts();
		const wrong: unknown[] = [
			null,
			{},
			"0x",
			[null],
			[[]],
			[{ ...first, logs: null }],
			[{ ...first, cumulativeGasUsed: 21000 }],
			[{ ...first, type: 2 }],
		];
		wrong.push(
			[{ ...first, logs: [{}] }],
			[{ ...first, logs: [{ ...first?.logs[0], topics: ["0x01"] }] }],
			[{ ...first, status: null }],
			[{ ...first, status: "1" }],
		);
		for (const answer of wrong)
			expect(await codeOf(verifyReceipts(answer, header)), JSON.stringify(answer)).to.equal("retry malformed");
	});
});

describe("l1/logs", () => {
	const raw = (log: { address: string; topics: readonly string[]; data: string }) =>
		log as Parameters<typeof decodeLogs>[0][number];

	it("decodes every event of the four contracts", () => {
		const hashes = [timeline.WORD(0x21), timeline.WORD(0x22), timeline.WORD(0x21)];
		const logs = [
			timeline.publishedBlobs(hashes),
			timeline.publishedCalldata("0xabcd"),
			timeline.registered(),
			timeline.scheduled(),
			timeline.enqueued(),
			timeline.bundleEnqueued(),
			timeline.deposited(3),
			timeline.messageSent(),
		];
		const decoded = decodeLogs(logs.map(raw), CONTRACTS);
		const [blobs, calldata, registered, scheduled, enqueued, bundle, deposited, message] = decoded;
		const header = {
			coinbase: timeline.ALICE,
			firstTick: 7,
			lastTick: 9,
			l1Origin: 2,
			codec: 1,
			parent: timeline.WORD(1),
			ticksRoot: timeline.WORD(2),
			l1OriginHash: timeline.WORD(3),
		};
		expect(blobs).to.deep.equal({
			kind: "published",
			header: { ...header, blobs: 3 },
			publisher: timeline.ALICE,
			versionedHashes: hashes,
		});
		expect(calldata).to.deep.equal({
			kind: "published",
			header: { ...header, blobs: 0 },
			publisher: timeline.ALICE,
			data: { kind: "calldata", data: Uint8Array.of(0xab, 0xcd) },
		});
		const config = {
			chainId: 901,
			cluster: 1,
			gasLimit: 30_000_000,
			feeRecipient: timeline.ALICE,
			activationTick: 5,
			settlement: timeline.RIGHTS,
			template: 1,
			genesisHash: timeline.WORD(9),
		};
		expect(registered).to.deep.equal({
			kind: "rollupRegistered",
			rollupId: 1,
			owner: timeline.ALICE,
			config,
			allocation: Uint8Array.of(0xc0),
		});
		expect(scheduled).to.deep.equal({
			kind: "configScheduled",
			rollupId: 1,
			effectiveTick: 4000,
			gasLimit: 20_000_000,
			feeRecipient: timeline.ALICE,
		});
		expect(enqueued).to.deep.equal({
			kind: "enqueued",
			cluster: 1,
			index: 0,
			sender: timeline.ALICE,
			bundle: false,
			legs: [{ rollupId: 1, gas: 21_000, rawTx: Uint8Array.of(2, 0xc0) }],
		});
		const legs = [
			{ rollupId: 1, gas: 21_000, rawTx: Uint8Array.of(1) },
			{ rollupId: 2, gas: 22_000, rawTx: new Uint8Array() },
		];
		expect(bundle).to.deep.equal({
			kind: "enqueued",
			cluster: 1,
			index: 1,
			sender: timeline.ALICE,
			bundle: true,
			legs,
		});
		expect(deposited).to.deep.equal({
			kind: "deposited",
			rollupId: 1,
			index: 3,
			sender: timeline.ALICE,
			recipient: timeline.ALICE,
			gwei: 5_000_000_000n,
		});
		expect(message).to.deep.equal({
			kind: "l1Message",
			rollupId: 1,
			id: timeline.WORD(8),
			message: {
				source: 1n,
				destination: 901n,
				nonce: 2n ** 64n - 1n,
				sender: timeline.ALICE,
				target: timeline.RIGHTS,
				minGas: 2n ** 64n - 1n,
				data: Uint8Array.of(0xab, 0xcd),
			},
		});
	});

	it("ignores other contracts, other events, and events of one contract at another (L-1)", () => {
		const impostor = { ...timeline.deposited(), address: timeline.ALICE };
		const elsewhere = { ...timeline.deposited(), address: timeline.INBOX };
		const unknown = { ...timeline.foreign(), address: timeline.INBOX };
		const anonymous = { address: timeline.BRIDGE, topics: [], data: "0x" };
		expect(decodeLogs([impostor, elsewhere, unknown, anonymous].map(raw), CONTRACTS)).to.deep.equal([]);
	});

	it("halts at a log of a contract of the timeline that does not decode: it is another contract", async () => {
		const cut = { ...timeline.registered(), data: timeline.registered().data.slice(0, -64) };
		const empty = { ...timeline.publishedCalldata("0x01"), data: "0x" };
		const unindexed = { ...timeline.deposited(), topics: timeline.deposited().topics.slice(0, 1) };
		for (const log of [cut, empty, unindexed, timeline.registered(2n ** 53n)])
			expect(await codeOf(() => decodeLogs([raw(log)], CONTRACTS))).to.equal("halt l1-log");
		expect(() => decodeLogs([raw(timeline.registered(2n ** 53n - 1n))], CONTRACTS)).to.not.throw();
	});

	it("finds the creation of this Inbox only", async () => {
		const l1 = await SyntheticL1.create();
		await timeline.createTimeline(l1);
		const logs = await verifyReceipts(l1.head.receipts, verifyHeader(l1.head.json, 1));
		expect(findTimelineCreated(logs, timeline.INBOX)?.config).to.deep.equal(timeline.CONFIG);
		expect(findTimelineCreated(logs, timeline.BRIDGE)).to.equal(null);
	});
});
