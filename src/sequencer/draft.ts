/** From planned ticks to a transaction for the Inbox, everything but nonce and fees. */
import { packMeta } from "../codec/header.ts";
import { type BuiltPublication, buildPublicationAside, checkPlanned, type PlannedTick } from "../derive/plan.ts";
import { findBlock } from "../derive/state.ts";
import type { OrderState } from "../derive/types.ts";
import type { BlobArchive } from "../l1/blobs.ts";
import { blobSidecar } from "../l1/kzg.ts";
import { hexToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, Hex, TimelineConfig } from "../primitives/types.ts";
import { breathe } from "./breath.ts";
import type { Carrier } from "./fees.ts";
import type { SignedBlob } from "./l1-transaction.ts";
import { publishCall } from "./publish-call.ts";
import type { Draft } from "./publisher.ts";

export interface DraftContext {
	readonly config: TimelineConfig;
	/** The order layer's state after the L1 head: its `head` is what the draft builds on. */
	readonly state: OrderState;
	readonly inbox: Address;
	readonly coinbase: Address;
	readonly carrier: Carrier;
	/** For the rights module. */
	readonly proof: Hex;
	readonly wrapperVersion: 0 | 1;
	readonly archive: BlobArchive | null;
}

export interface BuiltDraft {
	readonly draft: Draft;
	/** Ticks in it: as many of those given as fit. */
	readonly count: number;
	/** Length of the publication data. */
	readonly bytes: number;
}

/** EIP-7825: no transaction may have more. It bounds what calldata can carry. */
const MAX_TX_GAS = 16_777_216n;
const BASE_GAS = 250_000n;
/** Above the calldata floor of 40 gas per byte (EIP-7623) plus the log. */
const GAS_PER_BYTE = 60n;

const MAX_CALLDATA_BYTES = Number((MAX_TX_GAS - BASE_GAS) / GAS_PER_BYTE);
/** Nodes do not relay larger transactions without blobs (geth's `txMaxSize`), less some room for the rest of it. */
const MAX_RELAYED_BYTES = 128 * 1024 - 2_048;

/**
 * A publication of as many of the planned ticks as one can carry. Blobs are in the archive when it returns.
 * Throws `halt` with code `void-publication` rather than make one that readers would void, and `publication-too-large` if a single tick does not fit.
 */
export async function buildDraft(context: DraftContext, planned: readonly PlannedTick[]): Promise<BuiltDraft> {
	const { built, count } = await largestThatFits(context, planned);
	// Each step of a large publication takes tens of milliseconds; who waits for a receipt need not wait for all of them.
	await breathe();
	const blobs = await prepareBlobs(context, built.blobs);
	const { header } = built;
	const words = [header.parent, packMeta(header), header.ticksRoot, header.l1OriginHash];
	const proof = hexToBytes(context.proof);
	const data =
		context.carrier === "blobs"
			? publishCall("publish", words, [proof])
			: publishCall("publishCalldata", words, [built.data, proof]);
	await breathe();
	const gasLimit = context.carrier === "blobs" ? BASE_GAS : BASE_GAS + BigInt(built.data.length) * GAS_PER_BYTE;
	return {
		draft: {
			carrier: context.carrier,
			call: { to: context.inbox, data, value: 0n, gasLimit },
			blobs,
			parent: header.parent,
			firstTick: header.firstTick,
			lastTick: header.lastTick,
		},
		count,
		bytes: built.data.length,
	};
}

async function largestThatFits(
	context: DraftContext,
	planned: readonly PlannedTick[],
): Promise<{ built: BuiltPublication; count: number }> {
	const { carrier, coinbase, config, state } = context;
	for (let count = planned.length; count > 0; count = Math.floor(count / 2)) {
		const ticks = planned.slice(0, count);
		const reason = checkPlanned(config, state, ticks);
		const last = findBlock(state, ticks.at(-1)?.l1Origin ?? 0);
		if (reason !== null || last === undefined)
			throw new MeridianError(
				"halt",
				"void-publication",
				`Readers would void a publication of ticks ${ticks[0]?.tick} to ${ticks.at(-1)?.tick} (${reason}); it is not sent`,
				{ reason },
			);
		const plan = { parent: state.head, coinbase, l1OriginHash: last.hash, target: carrier, ticks };
		const built = await buildPublicationAside(plan);
		const small =
			carrier === "blobs" || (built.ok && built.data.length <= Math.min(MAX_CALLDATA_BYTES, MAX_RELAYED_BYTES));
		if (built.ok && small) return { built, count };
	}
	throw new MeridianError(
		"halt",
		"publication-too-large",
		`Tick ${planned[0]?.tick} alone is more than one publication by ${carrier} can carry; ${carrier === "calldata" ? "publish by blobs" : "order fewer bytes per tick"}`,
	);
}

async function prepareBlobs(context: DraftContext, blobs: readonly Uint8Array[]): Promise<SignedBlob[]> {
	const wanted = { cellProofs: context.wrapperVersion === 1, blobProof: context.wrapperVersion === 0 };
	return await Promise.all(
		blobs.map(async (blob) => {
			// In the archive before L1 can know of it: whatever happens to this process, readers find the data.
			const [sidecar] = await Promise.all([blobSidecar(blob, wanted), context.archive?.store(blob)]);
			const { blobProof, cellProofs, commitment, versionedHash } = sidecar;
			return { blob, commitment, versionedHash, proofs: blobProof === null ? cellProofs : [blobProof] };
		}),
	);
}
