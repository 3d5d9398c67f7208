import { expect } from "chai";
import { describe, it } from "mocha";
import { blobSidecar, blobToCommitment, verifyBlobProof, versionedHash } from "../../../src/l1/kzg.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import { isMeridianError } from "../../../src/primitives/errors.ts";
import { BLOB_BYTES } from "../../../src/primitives/limits.ts";

const codeOf = (promise: Promise<unknown>): Promise<string> =>
	promise.then(
		() => "no error",
		(error: unknown) => (isMeridianError(error) ? `${error.recovery} ${error.code}` : String(error)),
	);

function someBlob(seed: number): Uint8Array {
	const blob = new Uint8Array(BLOB_BYTES);
	for (let i = 0; i < blob.length; i++) blob[i] = i % 32 === 0 ? 0 : (i * 7919 + seed) & 0xff;
	return blob;
}

describe("l1/kzg", () => {
	// The empty polynomial commits to the point at infinity; its versioned hash is a constant known from L1.
	it("gives the commitment and versioned hash of the zero blob", async () => {
		const commitment = await blobToCommitment(new Uint8Array(BLOB_BYTES));
		expect(bytesToHex(commitment)).to.equal(`0xc0${"00".repeat(47)}`);
		expect(versionedHash(commitment)).to.equal("0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014");
	});

	it("gives a sidecar of both wrapper versions, whose proof verifies for this blob only", async () => {
		const blob = someBlob(1);
		const sidecar = await blobSidecar(blob, { blobProof: true });
		expect(sidecar.cellProofs).to.have.length(128);
		expect(sidecar.cellProofs.every((proof) => proof.length === 48)).to.equal(true);
		const proof = sidecar.blobProof ?? new Uint8Array();
		expect(await verifyBlobProof(blob, sidecar.commitment, proof)).to.equal(true);
		expect(await verifyBlobProof(someBlob(2), sidecar.commitment, proof)).to.equal(false);
		expect(await verifyBlobProof(blob.subarray(1), sidecar.commitment, proof)).to.equal(false);
		expect(await verifyBlobProof(blob, sidecar.commitment, new Uint8Array(48).fill(0xff))).to.equal(false);
		expect(await verifyBlobProof(new Uint8Array(BLOB_BYTES).fill(0xff), sidecar.commitment, proof)).to.equal(false);
	});

	it("refuses what is no blob: another length, a field element out of range (trap 11)", async () => {
		expect(await codeOf(blobToCommitment(new Uint8Array(BLOB_BYTES - 1)))).to.equal("halt not-a-blob");
		expect(await codeOf(blobToCommitment(new Uint8Array(BLOB_BYTES).fill(0xff)))).to.equal("halt not-a-blob");
	});
});
