import { expect } from "chai";
import { ethers } from "ethers";
import { after, before, describe, it } from "mocha";
import { nextRingWord, publicationHash, unpackMeta } from "../../src/codec/header.ts";
import type { Address, Hash32, PublicationHeader } from "../../src/primitives/types.ts";
import type { SignedBlob } from "../../src/sequencer/l1-transaction.ts";
import {
	createTestTimeline,
	type Header,
	nextHeader,
	sendWithBlobs,
	type TestTimeline,
	testBlob,
} from "./support/timeline.ts";

const ROOT = ethers.id("ticksRoot") as Hash32;

describe("Inbox", function () {
	// Blobs are large, and committing to them takes its time.
	this.timeout(240_000);

	let timeline: TestTimeline;
	let blobs: SignedBlob[];

	before(async () => {
		timeline = await createTestTimeline();
		blobs = await Promise.all([1, 2, 3, 4, 5, 6].map(testBlob));
	});

	after(async () => await timeline.close());

	const publishData = ({ parent, meta, l1OriginHash }: Header): string =>
		timeline.inbox.interface.encodeFunctionData("publish", [parent, meta, ROOT, l1OriginHash, "0x"]);

	/** What a reader makes of the header: its next head. */
	async function readersHead(header: Header, blockNumber: number, carried: readonly Hash32[] | Uint8Array) {
		const block = await timeline.provider.getBlock(blockNumber);
		const read: PublicationHeader = {
			...unpackMeta(header.meta),
			parent: header.parent as Hash32,
			l1OriginHash: header.l1OriginHash,
			ticksRoot: ROOT,
		};
		const publisher = timeline.signer.address.toLowerCase() as Address;
		const carrier = { number: blockNumber, timestamp: block?.timestamp ?? 0 };
		const payload = carried instanceof Uint8Array ? { data: carried } : { versionedHashes: carried };
		return nextRingWord(read, publicationHash(read, publisher, carrier, payload));
	}

	it("records 1 to 6 blobs as every reader does, and says all of it in the event (H-1, H-2, H-3)", async () => {
		for (let count = 1; count <= 6; count++) {
			const header = await nextHeader(timeline, count);
			const receipt = await sendWithBlobs(timeline, publishData(header), blobs.slice(0, count));
			const hashes = blobs.slice(0, count).map(({ versionedHash }) => versionedHash);
			const [log] = receipt.logs;
			const { args } = timeline.inbox.interface.parseLog(log ?? expect.fail("no log")) ?? expect.fail("no event");
			expect(args.toArray()).to.deep.equal([
				header.parent,
				BigInt(header.meta),
				ROOT,
				header.l1OriginHash,
				timeline.signer.address,
				hashes,
			]);
			expect(await timeline.inbox.head()).to.equal(await readersHead(header, receipt.blockNumber, hashes));
		}
	});

	it("records calldata as every reader does, and says all of it in the event (H-1, H-2, H-3)", async () => {
		const header = await nextHeader(timeline, 0);
		const data = ethers.getBytes("0x01020304");
		const sent = timeline.inbox.publishCalldata(header.parent, header.meta, ROOT, header.l1OriginHash, data, "0x");
		await expect(sent)
			.to.emit(timeline.inbox, "PublishedCalldata")
			.withArgs(header.parent, header.meta, ROOT, header.l1OriginHash, timeline.signer.address, "0x01020304");
		const { blockNumber = 0 } = (await (await sent).wait()) ?? {};
		expect(await timeline.inbox.head()).to.equal(await readersHead(header, blockNumber, data));
	});

	it("takes exactly the blobs that are named: each number named against too few and too many (traps 12, 13)", async () => {
		for (let named = 1; named <= 6; named++)
			for (const carried of new Set([1, named - 1, named + 1, 6])) {
				if (carried === 0 || carried === 7 || carried === named) continue;
				const header = await nextHeader(timeline, named);
				const sent = sendWithBlobs(timeline, publishData(header), blobs.slice(0, carried));
				if (carried < named)
					await expect(sent)
						.to.be.revertedWithCustomError(timeline.inbox, "MissingBlob")
						.withArgs(named - 1);
				else
					await expect(sent)
						.to.be.revertedWithCustomError(timeline.inbox, "UnnamedBlob")
						.withArgs(named, blobs[named]?.versionedHash);
			}
	});

	it("refuses blobs that are named but not carried at all (trap 13)", async () => {
		const { parent, meta, l1OriginHash } = await nextHeader(timeline, 1);
		await expect(timeline.inbox.publish(parent, meta, ROOT, l1OriginHash, "0x"))
			.to.be.revertedWithCustomError(timeline.inbox, "MissingBlob")
			.withArgs(0);
	});

	it("refuses calldata in a transaction with blobs (trap 12)", async () => {
		const { parent, meta, l1OriginHash } = await nextHeader(timeline, 0);
		const data = timeline.inbox.interface.encodeFunctionData("publishCalldata", [
			parent,
			meta,
			ROOT,
			l1OriginHash,
			"0x01",
			"0x",
		]);
		await expect(sendWithBlobs(timeline, data, blobs.slice(0, 1)))
			.to.be.revertedWithCustomError(timeline.inbox, "UnnamedBlob")
			.withArgs(0, blobs[0]?.versionedHash);
	});

	it("takes the same blob twice, as two (trap 13)", async () => {
		const [blob] = blobs;
		if (blob === undefined) expect.fail("no blob");
		const header = await nextHeader(timeline, 2);
		expect((await sendWithBlobs(timeline, publishData(header), [blob, blob])).status).to.equal(1);
	});

	it("lets a displaced publication revert, and names the winner", async () => {
		const loser = await nextHeader(timeline, 1);
		await sendWithBlobs(timeline, publishData(loser), blobs.slice(0, 1));
		const winner = await timeline.inbox.head();
		await expect(sendWithBlobs(timeline, publishData(loser), blobs.slice(0, 1)))
			.to.be.revertedWithCustomError(timeline.inbox, "WrongHead")
			.withArgs(loser.parent, winner);
	});

	it("refuses whoever is not the sequencer, by blobs and by calldata", async () => {
		const rights = new ethers.Contract(timeline.addresses.rights, ["error NotSequencer(address, address)"]);
		const { inbox, stranger, signer } = timeline;
		const header = await nextHeader(timeline, 1);
		await expect(sendWithBlobs(timeline, publishData(header), blobs.slice(0, 1), stranger))
			.to.be.revertedWithCustomError(rights, "NotSequencer")
			.withArgs(stranger.address, signer.address);
		const { parent, meta, l1OriginHash } = await nextHeader(timeline, 0);
		await expect(inbox.connect(stranger).publishCalldata(parent, meta, ROOT, l1OriginHash, "0x01", "0x"))
			.to.be.revertedWithCustomError(rights, "NotSequencer")
			.withArgs(stranger.address, signer.address);
	});

	it("says who may publish", async () => {
		const abi = ["function rightOf(uint256) view returns (address, uint64, uint64, uint8)"];
		const single = new ethers.Contract(timeline.addresses.rights, abi, timeline.provider);
		expect(await single.getFunction("rightOf")(5)).to.deep.equal([timeline.signer.address, 0n, 2n ** 64n - 1n, 0n]);
		const open = await createTestTimeline({ sequencer: null });
		const anyone = new ethers.Contract(open.addresses.rights, abi, open.provider);
		expect(await anyone.getFunction("rightOf")(5)).to.deep.equal([ethers.ZeroAddress, 0n, 2n ** 64n - 1n, 1n]);
		const { parent, meta, l1OriginHash } = await nextHeader(open, 0);
		await open.inbox.connect(open.stranger).publishCalldata(parent, meta, ROOT, l1OriginHash, "0x01", "0x");
		await open.close();
	});
});
