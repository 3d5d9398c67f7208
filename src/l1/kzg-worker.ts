/**
 * The thread that does KZG arithmetic: loading the trusted setup alone takes seconds, so it must not stop a reader.
 * Started by kzg.ts only. Takes `KzgJob`, answers `KzgAnswer` with the job's id.
 */
import { parentPort } from "node:worker_threads";
import { DasContextJs } from "@crate-crypto/node-eth-kzg";

export type KzgJob =
	| { readonly kind: "commitment"; readonly blob: Uint8Array }
	| { readonly kind: "cellProofs"; readonly blob: Uint8Array }
	| { readonly kind: "blobProof"; readonly blob: Uint8Array; readonly commitment: Uint8Array }
	| {
			readonly kind: "verify";
			readonly blob: Uint8Array;
			readonly commitment: Uint8Array;
			readonly proof: Uint8Array;
	  };

export interface KzgAnswers {
	readonly commitment: Uint8Array;
	readonly cellProofs: Uint8Array[];
	readonly blobProof: Uint8Array;
	readonly verify: boolean;
}

const context = DasContextJs.create({ usePrecomp: false });

async function answer(job: KzgJob): Promise<KzgAnswers[keyof KzgAnswers]> {
	switch (job.kind) {
		case "commitment":
			return await context.asyncBlobToKzgCommitment(job.blob);
		case "cellProofs":
			return (await context.asyncComputeCellsAndKzgProofs(job.blob)).proofs;
		case "blobProof":
			return await context.asyncComputeBlobKzgProof(job.blob, job.commitment);
		case "verify":
			return await context.asyncVerifyBlobKzgProof(job.blob, job.commitment, job.proof);
	}
}

const port = parentPort;
port?.on("message", (message: { id: number; job: KzgJob }) => {
	answer(message.job).then(
		(value) => port.postMessage({ id: message.id, value }),
		(error: unknown) => port.postMessage({ id: message.id, error: String(error) }),
	);
});
