/** The devnet's own beacon chain with a real execution client in this process, by the clock. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { HDNodeWallet, Mnemonic } from "ethers";
import { after, before, describe, it } from "mocha";
import type { BeaconChain } from "../../src/devnet/beacon/chain.ts";
import type { BlockRecord } from "../../src/devnet/beacon/forks.ts";
import { openBeaconClient } from "../../src/devnet/beacon/realtime.ts";
import { readBeaconRoot } from "../../src/l1/beacon/oracle.ts";
import { beaconSource } from "../../src/l1/beacon.ts";
import type { VerifiedHeader } from "../../src/l1/header.ts";
import { blobSidecar } from "../../src/l1/kzg.ts";
import { createReader } from "../../src/l1/reader.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Address, Hash32 } from "../../src/primitives/types.ts";
import { createL1Account, type L1Account, type L1Receipt } from "../../src/sequencer/l1-account.ts";
import { sendCall, waitForReceipt } from "../../src/sequencer/l1-send.ts";
import { codeOf } from "../helpers/l1/errors.ts";
import { anyBlob } from "../helpers/l1/life.ts";

const wallet = HDNodeWallet.fromMnemonic(
	Mnemonic.fromPhrase("test test test test test test test test test test test junk"),
);
const STRANGER: Address = `0x${"5a".repeat(20)}`;

const EPOCH = 32;
const SLOT_SECONDS = 2;
const HEAD_START = 5 * EPOCH * SLOT_SECONDS;
const call = { to: STRANGER, data: "0x", value: 1n, gasLimit: 21_000n } as const;

describe("devnet/beacon with a real execution client", function () {
	this.timeout(120_000);
	let chain: BeaconChain;
	let account: L1Account;

	const head = (): BlockRecord => chain.node.forks.head;
	const headTime = (): number => chain.node.timeOf(head().header.slot);
	const send = async (nonce?: number): Promise<L1Receipt> => {
		const hash = await sendCall(chain.rpc.request, account, call, nonce === undefined ? {} : { nonce });
		return await mined(hash);
	};
	/** The execution client has a block before the beacon chain does. */
	const mined = async (hash: Hash32): Promise<L1Receipt> => {
		const receipt = await waitForReceipt(account, hash);
		const header = await headerOf(receipt.blockNumber);
		while (recordOf(header) === undefined) await sleep(5);
		return receipt;
	};
	/** The beacon block of an execution block, from its timestamp alone. */
	const recordOf = ({ timestamp }: VerifiedHeader): BlockRecord | undefined =>
		chain.node.forks.at((timestamp - chain.genesisTime) / chain.slotSeconds);
	const headerOf = async (blockNumber: number): Promise<VerifiedHeader> => {
		const header = await createReader(chain.rpc).header(blockNumber);
		if (header === null) throw new Error(`no block ${blockNumber}`);
		return header;
	};

	before(async () => {
		chain = await openBeaconClient({ slotSeconds: SLOT_SECONDS, headStart: HEAD_START });
		account = await createL1Account(chain.rpc.request, wallet, { wrapperVersion: 0 });
	});
	after(async () => await chain?.stop());

	it("has epochs behind it that nobody had to wait for: transactions get slots of the past, one at a time", async () => {
		for (const slot of [1, 2]) {
			const header = await headerOf((await send()).blockNumber);
			expect(header.timestamp).to.equal(chain.genesisTime + slot * SLOT_SECONDS);
			expect(recordOf(header)?.executionHash).to.equal(header.hash);
		}
	});

	it("fills no slots for a transaction that cannot be mined yet", async () => {
		const nonce = await account.nonce();
		const later = await sendCall(chain.rpc.request, account, call, { nonce: nonce + 1 });
		const { slot } = head().header;
		await sleep(500);
		expect(head().header.slot).to.be.at.most(slot + 1);
		expect(await account.receipt(later)).to.equal(null);
		await send(nonce);
		await mined(later);
	});

	it("jumps to an epoch of the past, and to none of the future (EIP-4788, R-1)", async () => {
		const { root, header } = head();
		await chain.slot(chain.genesisTime + EPOCH * SLOT_SECONDS);
		expect(head().header.slot).to.equal(EPOCH);
		for (let slot = header.slot + 1; slot < EPOCH; slot++) expect(chain.node.forks.at(slot)).to.equal(undefined);
		expect(await readBeaconRoot(chain.rpc, headTime())).to.equal(root);
		expect(await readBeaconRoot(chain.rpc, headTime() - SLOT_SECONDS)).to.equal(null);
		await send();
		expect(head().header.slot).to.equal(EPOCH + 1);
		expect(await codeOf(chain.slot(chain.genesisTime + 10 * HEAD_START))).to.equal("usage slot-ahead");
	});

	it("takes blobs in slots of the past, which the beacon API serves", async () => {
		const header = await sendBlob();
		expect(header.timestamp).to.equal(headTime());
		expect(header.timestamp).to.be.below(chain.genesisTime + HEAD_START);
	});

	it("finalizes epochs of the past, and the execution client knows", async () => {
		for (let slot = 2 * EPOCH; slot <= 4 * EPOCH; slot++) await chain.slot(chain.genesisTime + slot * SLOT_SECONDS);
		expect(chain.node.finalizedEpoch).to.equal(2);
		const header = await createReader(chain.rpc).header("finalized");
		expect(header?.timestamp).to.equal(chain.genesisTime + 2 * EPOCH * SLOT_SECONDS);
	});

	it("then fills slots by the clock: transactions, a blob, headers whose hashes a reader believes", async () => {
		await chain.startSlots();
		const started = Date.now() / 1_000;
		const { blockNumber } = await send();
		expect((await headerOf(blockNumber)).timestamp).to.be.above(started - 2 * SLOT_SECONDS);
		const header = await sendBlob();
		const record = recordOf(header);
		expect(record?.executionHash).to.equal(header.hash);
		expect(record?.signed?.message.body.executionPayload.prevRandao).to.deep.equal(
			Buffer.from(header.prevRandao.slice(2), "hex"),
		);
		expect(await readBeaconRoot(chain.rpc, header.timestamp)).to.equal(
			bytesToHex(record?.header.parentRoot ?? new Uint8Array(0)),
		);
		// With nothing to do as well.
		const idle = head().header.slot;
		while (head().header.slot < idle + 2) await sleep(100);
		expect(headTime()).to.be.at.most(Date.now() / 1_000);
		await chain.slot(0);
	});

	async function sendBlob(): Promise<VerifiedHeader> {
		const { blobProof, ...sidecar } = await blobSidecar(anyBlob(1), { cellProofs: false, blobProof: true });
		const blob = { ...sidecar, blob: anyBlob(1), proofs: blobProof === null ? [] : [blobProof] };
		const hash = await sendCall(chain.rpc.request, account, { ...call, blobs: [blob] });
		const { blockNumber } = await mined(hash);
		const header = await headerOf(blockNumber);
		const candidates = await beaconSource(chain.beaconUrl).candidates({
			blockNumber,
			blockHash: header.hash,
			timestamp: header.timestamp,
			versionedHashes: [blob.versionedHash],
		});
		expect(candidates.map((candidate) => bytesToHex(candidate.blob))).to.deep.equal([bytesToHex(blob.blob)]);
		return header;
	}
});
