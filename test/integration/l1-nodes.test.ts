import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ethers } from "ethers";
import { network } from "hardhat";
import { after, before, describe, it } from "mocha";
import type { L1Source } from "../../src/derive/ports.ts";
import type { L1Block, TimelineLog } from "../../src/derive/types.ts";
import { openArchive } from "../../src/l1/archive.ts";
import { beaconSource } from "../../src/l1/beacon.ts";
import { type LocalNode, startAnvil, startHardhatNode } from "../../src/l1/local.ts";
import { httpTransport, providerTransport, type RpcTransport } from "../../src/l1/rpc.ts";
import { createL1Source } from "../../src/l1/source.ts";
import { Consumer } from "../helpers/l1/consumer.ts";
import { codeOf } from "../helpers/l1/errors.ts";
import { anyBlob, beginLife, type Life } from "../helpers/l1/life.ts";
import { type Reply, serve } from "../helpers/l1/server.ts";

const kinds = (blocks: readonly L1Block[]): string[] => blocks.flatMap((block) => block.logs.map((log) => log.kind));
const publications = (blocks: readonly L1Block[]): (TimelineLog & { kind: "published" })[] =>
	blocks.flatMap((block) => block.logs).filter((log) => log.kind === "published");

async function readAll(source: L1Source, start: number): Promise<Consumer> {
	const consumer = new Consumer(start);
	await consumer.follow({ source, until: (await source.heads()).latest.number });
	return consumer;
}

/** Registration, deposit, forced transaction, publications in calldata, and blocks without any of it. */
async function liveOn(life: Life): Promise<void> {
	await life.register(901);
	await life.mine(3);
	await life.register(902);
	await life.wait();
	await life.deposit();
	await life.publish([]);
	await life.mine(2);
	await life.enqueue();
	await life.publish([]);
}

const LIVED = [
	...["timelineCreated", "rollupRegistered", "rollupRegistered", "deposited", "published", "enqueued", "published"],
];

describe("l1 on anvil", () => {
	let anvil: LocalNode;
	let rpc: RpcTransport;
	let life: Life;
	let folder: string;
	let start = 0;
	const blobs = [anyBlob(1), anyBlob(2), anyBlob(3)] as const;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "meridian-l1-"));
		anvil = await startAnvil({ slotsPerEpoch: 8 });
		rpc = httpTransport(anvil.url);
		const provider = new ethers.JsonRpcProvider(anvil.url, undefined, { pollingInterval: 20, cacheTimeout: -1 });
		life = await beginLife(rpc, await provider.getSigner(0));
		provider.destroy();
		await liveOn(life);
		await life.publish(blobs.slice(0, 1));
		await life.publish(blobs);
		start = (await source().timeline()).config.startBlock;
	});
	after(async () => {
		await anvil?.stop();
		await rm(folder, { recursive: true });
	});

	const source = (url = anvil.url, archive?: string): L1Source =>
		createL1Source({
			rpc: httpTransport(url, { backoffMs: 1, timeoutMs: 10_000 }),
			inbox: life.addresses.inbox,
			blobSources: [beaconSource(url, { backoffMs: 1 })],
			patience: { attempts: 3, pauseMs: 1 },
			...(archive === undefined ? {} : { archive: openArchive(archive) }),
		});

	it("reads the timeline of the real contracts", async () => {
		const { l1ChainId, creationBlock, config, ...addresses } = await source().timeline();
		expect(addresses).to.deep.include(life.addresses);
		expect(l1ChainId).to.equal(31_337);
		expect(creationBlock).to.be.at.least(config.startBlock);
	});

	it("reads every event and blob of the real contracts, with headers, receipts and blobs that check", async () => {
		const { blocks } = await readAll(source(), start);
		expect(kinds(blocks)).to.deep.equal([...LIVED, "published", "published"]);
		const data = publications(blocks).map((log) => log.data);
		expect(data.map((each) => (each.kind === "blobs" ? each.blobs : each.data))).to.deep.equal([
			Uint8Array.of(1, 2, 3, 4, 5),
			Uint8Array.of(1, 2, 3, 4, 5),
			[blobs[0]],
			[...blobs],
		]);
	});

	it("fills the archive, and needs no beacon API afterwards", async () => {
		const archive = join(folder, "archive");
		const expected = (await readAll(source(anvil.url, archive), start)).blocks;
		const alone = createL1Source({ rpc, inbox: life.addresses.inbox, archive: openArchive(archive) });
		expect((await readAll(alone, start)).blocks).to.deep.equal(expected);
		const none = createL1Source({ rpc, inbox: life.addresses.inbox });
		expect(await codeOf(none.block(expected.at(-1)?.number ?? 0))).to.equal("retry blob-unavailable");
	});

	it("gives the same blocks through a proxy that breaks or falsifies one answer in four (traps 6, 10, 15)", async () => {
		const expected = (await readAll(source(), start)).blocks;
		let count = 0;
		const proxy = await serve(async (path, body): Promise<Reply> => {
			const init = body === "" ? {} : { method: "POST", headers: { "content-type": "application/json" }, body };
			const answer = await fetch(anvil.url + path, init);
			const truth = await answer.text();
			const spoiled: Reply[] = [
				{ kind: "hangup" },
				{ kind: "raw", status: 503, body: "<html>" },
				{ kind: "truncated", body: truth.slice(0, truth.length / 2) },
				{ kind: "raw", body: truth.slice(0, -2) },
				// One digit of a long value: a header's field, a log's data, a blob.
				{ kind: "raw", body: truth.replace(/("0x[0-9a-f]{40,})[0-9a-f]"/, (_all, digits: string) => `${digits}7"`) },
			];
			count++;
			return count % 4 === 0
				? (spoiled[(count / 4) % spoiled.length] as Reply)
				: { kind: "raw", status: answer.status, body: truth };
		});
		try {
			for (let round = 0; round < 4; round++)
				expect((await readAll(source(proxy.url), start)).blocks).to.deep.equal(expected);
			expect(count).to.be.above(50);
		} finally {
			await proxy.close();
		}
	});

	it("follows a reorg of publications, deposits and blobs to the same end as a fresh reader (trap 15)", async () => {
		const consumer = await readAll(source(), start);
		await rpc.request("anvil_reorg", [4, []]);
		await life.deposit();
		await life.publish(blobs.slice(1, 2));
		const { latest } = await source().heads();
		await consumer.follow({ source: source(), until: latest.number });
		expect(consumer.reorgs).to.deep.equal([4]);
		const fresh = await readAll(source(), start);
		expect(consumer.blocks).to.deep.equal(fresh.blocks);
		expect(publications(fresh.blocks).at(-1)?.data).to.deep.include({ blobs: [blobs[1]] });
	});

	it("knows what anvil calls final", async () => {
		await life.mine(20);
		const { latest, safe, finalized } = await source().heads();
		expect([latest.number - safe.number, latest.number - finalized.number]).to.deep.equal([8, 16]);
	});
});

describe("l1 on Hardhat", () => {
	it("reads the network in this process, and its whole past again", async () => {
		const { ethers: hardhat, provider } = await network.create({ network: "default", chainType: "l1" });
		const rpc = providerTransport(provider);
		const [signer] = await hardhat.getSigners();
		const life = await beginLife(rpc, signer as ethers.Signer);
		await liveOn(life);
		const source = createL1Source({ rpc, inbox: life.addresses.inbox });
		const { config } = await source.timeline();
		const { latest, safe, finalized } = await source.heads();
		expect([safe, finalized]).to.deep.equal([latest, latest]);
		expect(kinds((await readAll(source, config.startBlock)).blocks)).to.deep.equal(LIVED);
		expect((await source.block(0))?.logs).to.deep.equal([]);
		const patient = createL1Source({ rpc, inbox: life.addresses.inbox, finality: { depth: 5, always: true } });
		expect((await patient.heads()).finalized.number).to.equal(latest.number - 5);
	});

	it("reads hardhat node, which has no eth_getBlockReceipts", async () => {
		const node = await startHardhatNode();
		try {
			const rpc = httpTransport(node.url);
			const provider = new ethers.JsonRpcProvider(node.url, undefined, { pollingInterval: 20, cacheTimeout: -1 });
			const life = await beginLife(rpc, await provider.getSigner(0));
			provider.destroy();
			await liveOn(life);
			const source = createL1Source({ rpc, inbox: life.addresses.inbox });
			const { config } = await source.timeline();
			expect(kinds((await readAll(source, config.startBlock)).blocks)).to.deep.equal(LIVED);
		} finally {
			await node.stop();
		}
	});
});
