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

/** The library's asynchronous functions are not safe in a worker: their threads free what the worker's collector owns, and abort. */
function answer(job: KzgJob): KzgAnswers[keyof KzgAnswers] {
	switch (job.kind) {
		case "commitment":
			return context.blobToKzgCommitment(job.blob);
		case "cellProofs":
			return context.computeCellsAndKzgProofs(job.blob).proofs;
		case "blobProof":
			return context.computeBlobKzgProof(job.blob, job.commitment);
		case "verify":
			return context.verifyBlobKzgProof(job.blob, job.commitment, job.proof);
	}
}

const port = parentPort;
port?.on("message", ({ id, job }: { id: number; job: KzgJob }) => {
	try {
		port.postMessage({ id, value: answer(job) });
	} catch (error) {
		port.postMessage({ id, error: String(error) });
	}
});
