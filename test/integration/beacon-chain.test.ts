/** The devnet's own beacon chain on anvil, in virtual time. */
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { HDNodeWallet, Mnemonic } from "ethers";
import { after, before, describe, it } from "mocha";
import { type BeaconChain, openBeaconAnvil } from "../../src/devnet/beacon/chain.ts";
import { BEACON_ROOTS_ADDRESS } from "../../src/execute/systemContracts.ts";
import { beaconSource } from "../../src/l1/beacon.ts";
import { blobSidecar } from "../../src/l1/kzg.ts";
import { bytesToHex, uintToBytes } from "../../src/primitives/bytes.ts";
import type { Address, Hash32 } from "../../src/primitives/types.ts";
import { createL1Account, type L1Account } from "../../src/sequencer/l1-account.ts";
import { sendCall } from "../../src/sequencer/l1-send.ts";
import { codeOf } from "../helpers/l1/errors.ts";
import { anyBlob } from "../helpers/l1/life.ts";

const GENESIS = 1_800_000_000;
const EPOCH = 32;
const timeOf = (slot: number): number => GENESIS + 12 * slot;
const wallet = HDNodeWallet.fromMnemonic(
	Mnemonic.fromPhrase("test test test test test test test test test test test junk"),
);
const STRANGER: Address = `0x${"5a".repeat(20)}`;

interface Json {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of many shapes
	readonly body: any;
}

describe("devnet/beacon on anvil", function () {
	this.timeout(120_000);
	let chain: BeaconChain;
	let account: L1Account;
	const missed = new Set([EPOCH, EPOCH + 1, 70]);
	const proposers = new Map<number, number>();

	const get = async (path: string): Promise<Json> => {
		const answer = await fetch(chain.beaconUrl + path);
		return { status: answer.status, body: await answer.json() };
	};
	const beaconRoot = async (timestamp: number): Promise<unknown> =>
		await chain.rpc
			.request("eth_call", [{ to: BEACON_ROOTS_ADDRESS, data: bytesToHex(uintToBytes(timestamp, 32)) }, "latest"])
			.catch(() => null);
	const send = (value: bigint): Promise<Hash32> =>
		sendCall(chain.rpc.request, account, { to: STRANGER, data: "0x", value, gasLimit: 21_000n });
	const receipt = async (hash: Hash32) => await account.receipt(hash);
	const head = (): number => chain.node.forks.head.header.slot;
	const next = async (): Promise<void> => await chain.slot(timeOf(head() + 1));

	before(async () => {
		chain = await openBeaconAnvil({ genesisTime: GENESIS });
		account = await createL1Account(chain.rpc.request, wallet);
	});
	after(async () => await chain?.stop());

	it("gives every transaction a slot of its own until slots are asked for", async () => {
		const first = await send(1n);
		for (let i = 0; i < 500 && (await receipt(first)) === null; i++) await new Promise((done) => setTimeout(done, 20));
		expect((await receipt(first))?.success).to.equal(true);
		// anvil has the block before the beacon chain does.
		await chain.startSlots();
		expect(head()).to.equal(1);
		const second = await send(1n);
		expect(await receipt(second)).to.equal(null);
		await next();
		expect((await receipt(second))?.blockNumber).to.equal(2);
	});

	it("finalizes, and every slot's proposer is the one foretold an epoch before", async () => {
		const foretold = new Map<string, number>();
		for (let slot = 3; slot <= 4 * EPOCH + 1; slot++) {
			if (missed.has(slot)) continue;
			await chain.slot(timeOf(slot));
			proposers.set(slot, chain.node.forks.head.header.proposerIndex);
			if (slot % EPOCH !== 3) continue;
			const duties = await get(`/eth/v1/validator/duties/proposer/${Math.floor(slot / EPOCH) + 1}`);
			for (const { slot, validator_index } of duties.body.data) foretold.set(slot, Number(validator_index));
		}
		expect(chain.node.finalizedEpoch).to.be.at.least(2);
		const later = [...proposers].filter(([slot]) => slot >= EPOCH);
		expect(later.length).to.equal(3 * EPOCH + 2 - missed.size);
		for (const [slot, proposer] of later) expect(foretold.get(String(slot)), `slot ${slot}`).to.equal(proposer);
		expect(new Set(proposers.values()).size).to.be.greaterThan(20);
	});

	it("misses slots, the first of an epoch among them: EIP-4788 does not answer for them (traps 22, 24)", async () => {
		const blocks = Number(await chain.rpc.request("eth_blockNumber", []));
		expect(blocks).to.equal(4 * EPOCH + 1 - missed.size);
		for (const slot of [1, EPOCH - 1, EPOCH + 2, 71, head()]) {
			const parent = chain.node.forks.at(slot)?.header.parentRoot ?? new Uint8Array(0);
			expect(await beaconRoot(timeOf(slot)), `slot ${slot}`).to.equal(bytesToHex(parent));
		}
		for (const slot of missed) expect(await beaconRoot(timeOf(slot)), `slot ${slot}`).to.equal(null);
		expect((await get(`/eth/v1/beacon/headers/${EPOCH}`)).status).to.equal(404);
		expect(chain.node.forks.at(EPOCH + 2)?.header.parentRoot).to.deep.equal(
			Buffer.from(chain.node.forks.at(EPOCH - 1)?.root.slice(2) ?? "", "hex"),
		);
	});

	it("carries blobs, which the reader's own source gets from it", async () => {
		const blobs = await Promise.all(
			[anyBlob(1), anyBlob(2)].map(async (blob) => ({
				blob,
				...(await blobSidecar(blob, { cellProofs: false, blobProof: true })),
			})),
		);
		const signed = blobs.map(({ blobProof, ...rest }) => ({ ...rest, proofs: blobProof === null ? [] : [blobProof] }));
		const sender = await createL1Account(chain.rpc.request, wallet, { wrapperVersion: 0 });
		await sendCall(chain.rpc.request, sender, {
			to: STRANGER,
			data: "0x",
			value: 0n,
			gasLimit: 21_000n,
			blobs: signed,
		});
		await next();
		const { executionHash, header, versionedHashes } = chain.node.forks.head;
		expect(versionedHashes).to.deep.equal(blobs.map((blob) => blob.versionedHash));
		const candidates = await beaconSource(chain.beaconUrl).candidates({
			blockNumber: 0,
			blockHash: executionHash,
			timestamp: timeOf(header.slot),
			versionedHashes: versionedHashes.slice(1),
		});
		expect(candidates.map(({ blob }) => bytesToHex(blob))).to.deep.equal(
			blobs.slice(1).map(({ blob }) => bytesToHex(blob)),
		);
		expect((await get("/eth/v1/beacon/blobs/head")).body.data.length).to.equal(2);
	});

	it("puts a sibling in a block's place; its transactions wait for another block (trap 15)", async () => {
		const parent = head();
		const hash = await send(7n);
		await next();
		const orphan = chain.node.forks.head;
		expect((await receipt(hash))?.success).to.equal(true);
		const [withdrawal] = orphan.signed?.message.body.executionPayload.withdrawals ?? [];
		const receiver = bytesToHex(withdrawal?.address ?? new Uint8Array(20));
		const balance = async () => BigInt(String(await chain.rpc.request("eth_getBalance", [receiver, "latest"])));
		const credited = await balance();
		await chain.reorg(1);
		// What the undone block's withdrawals gave is taken back with it.
		expect(credited - (await balance())).to.equal((withdrawal?.amount ?? 0n) * 10n ** 9n);
		expect(head()).to.equal(parent);
		expect(await receipt(hash)).to.equal(null);
		await chain.slot(timeOf(parent + 2));
		const sibling = chain.node.forks.head;
		expect(sibling.header.parentRoot).to.deep.equal(orphan.header.parentRoot);
		expect((await receipt(hash))?.success).to.equal(true);
		expect(await beaconRoot(timeOf(parent + 1))).to.equal(null);
		expect(await beaconRoot(timeOf(parent + 2))).to.equal(bytesToHex(sibling.header.parentRoot));
		const headers = await get(`/eth/v1/beacon/headers?parent_root=${bytesToHex(orphan.header.parentRoot)}`);
		const canonical = headers.body.data.map((entry: { root: string; canonical: boolean }) => [
			entry.root,
			entry.canonical,
		]);
		expect(canonical).to.deep.equal([
			[orphan.root, false],
			[sibling.root, true],
		]);
		expect(await codeOf(chain.slot(timeOf(parent)))).to.equal("usage slot-taken");
	});

	it("serves the beacon API", async () => {
		const { node } = chain;
		expect((await get("/eth/v1/beacon/genesis")).body.data.genesis_time).to.equal(String(GENESIS));
		expect((await get("/eth/v1/config/spec")).body.data).to.include({ SECONDS_PER_SLOT: "12", SLOTS_PER_EPOCH: "32" });
		const header = (await get("/eth/v1/beacon/headers/head")).body.data;
		expect(header.root).to.equal(node.forks.head.root);
		const { message } = (await get(`/eth/v2/beacon/blocks/${head()}`)).body.data;
		expect(bytesToHex(ssz.fulu.BeaconBlock.hashTreeRoot(ssz.fulu.BeaconBlock.fromJson(message)))).to.equal(header.root);
		const checkpoints = (await get("/eth/v1/beacon/states/head/finality_checkpoints")).body.data;
		expect(Number(checkpoints.finalized.epoch)).to.equal(node.finalizedEpoch);
		expect((await get("/eth/v1/beacon/headers/finalized")).body).to.deep.include({ finalized: true });
		expect((await get("/eth/v1/validator/duties/proposer/99")).status).to.equal(400);
		expect((await get("/eth/v1/beacon/nonsense")).status).to.equal(404);
		const answer = await fetch(`${chain.beaconUrl}/eth/v2/debug/beacon/states/head`);
		expect(answer.headers.get("eth-consensus-version")).to.equal("fulu");
		const state = ssz.fulu.BeaconState.deserializeToView(new Uint8Array(await answer.arrayBuffer()));
		expect(bytesToHex(state.hashTreeRoot())).to.equal(header.header.message.state_root);
	});
});
