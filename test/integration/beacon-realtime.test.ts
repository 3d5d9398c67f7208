/** The devnet's own beacon chain with a real execution client in this process, by the clock. */
import { expect } from "chai";
import { HDNodeWallet, Mnemonic } from "ethers";
import { after, before, describe, it } from "mocha";
import type { BeaconChain } from "../../src/devnet/beacon/chain.ts";
import { openBeaconClient } from "../../src/devnet/beacon/realtime.ts";
import { readBeaconRoot } from "../../src/l1/beacon/oracle.ts";
import { beaconSource } from "../../src/l1/beacon.ts";
import { blobSidecar } from "../../src/l1/kzg.ts";
import { createReader } from "../../src/l1/reader.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Address } from "../../src/primitives/types.ts";
import { createL1Account } from "../../src/sequencer/l1-account.ts";
import { sendCall, waitForReceipt } from "../../src/sequencer/l1-send.ts";
import { anyBlob } from "../helpers/l1/life.ts";

const wallet = HDNodeWallet.fromMnemonic(
	Mnemonic.fromPhrase("test test test test test test test test test test test junk"),
);
const STRANGER: Address = `0x${"5a".repeat(20)}`;

describe("devnet/beacon with a real execution client", function () {
	this.timeout(120_000);
	let chain: BeaconChain;

	before(async () => {
		chain = await openBeaconClient({ slotSeconds: 2 });
	});
	after(async () => await chain?.stop());

	it("fills slots by the clock: transactions, a blob, EIP-4788, headers whose hashes a reader believes", async () => {
		const { request } = chain.rpc;
		const account = await createL1Account(request, wallet, { wrapperVersion: 0 });
		const call = { to: STRANGER, data: "0x", value: 1n, gasLimit: 21_000n } as const;
		const plain = await waitForReceipt(account, await sendCall(request, account, call));
		expect(plain.success).to.equal(true);

		const { blobProof, ...sidecar } = await blobSidecar(anyBlob(1), { cellProofs: false, blobProof: true });
		const blob = { ...sidecar, blob: anyBlob(1), proofs: blobProof === null ? [] : [blobProof] };
		const { blockNumber } = await waitForReceipt(account, await sendCall(request, account, { ...call, blobs: [blob] }));

		const header = await createReader(chain.rpc).header(blockNumber);
		const record = chain.node.forks.at(((header?.timestamp ?? 0) - chain.genesisTime) / chain.slotSeconds);
		expect(record?.executionHash).to.equal(header?.hash);
		expect(record?.signed?.message.body.executionPayload.prevRandao).to.deep.equal(
			Buffer.from(header?.prevRandao.slice(2) ?? "", "hex"),
		);
		expect(await readBeaconRoot(chain.rpc, header?.timestamp ?? 0)).to.equal(
			bytesToHex(record?.header.parentRoot ?? new Uint8Array(0)),
		);
		const candidates = await beaconSource(chain.beaconUrl).candidates({
			blockNumber,
			blockHash: header?.hash ?? "0x",
			timestamp: header?.timestamp ?? 0,
			versionedHashes: [blob.versionedHash],
		});
		expect(candidates.map((candidate) => bytesToHex(candidate.blob))).to.deep.equal([bytesToHex(blob.blob)]);
		await chain.slot(0);
	});
});
