/** Proofs from one beacon state that L1 knows, checked as the oracle will check them before anybody pays for them. */
import { Tree } from "@chainsafe/persistent-merkle-tree";
import { bytesToHex, bytesToUint } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address, Hash32 } from "../../primitives/types.ts";
import type { RpcTransport } from "../rpc.ts";
import type { BeaconApi } from "./api.ts";
import { epochOf, type OracleClock, readBeaconRoot, readLayout } from "./oracle.ts";
import { type StateTree, stateTree } from "./tree.ts";
import type { BeaconHeader, Layout, LookaheadProof, MixProof, ProvedState, ValidatorProof } from "./types.ts";

export interface StateProver {
	readonly state: ProvedState;
	readonly layout: Layout;
	/** Half 0 is the state's epoch, half 1 the next. */
	lookahead(half: 0 | 1): LookaheadProof;
	/** R-7; an epoch before the state's, and less than 65,536 before it. Throws `usage` (`no-mix`). */
	mix(epoch: number): MixProof;
	/** One of those the prover was opened for. Throws `usage` (`no-validator`). */
	validator(validatorIndex: number): ValidatorProof;
}

export interface ProverOptions {
	readonly rpc: RpcTransport;
	readonly beacon: BeaconApi;
	readonly oracle: Address;
	readonly clock: OracleClock;
	/** Of an L1 block: the state is the one before that block. */
	readonly timestamp: number;
	/** Validators that are to be proved. */
	readonly validators?: readonly number[];
}

const CHUNK = 32;
const INDEX_BYTES = 8;
const PER_CHUNK = CHUNK / INDEX_BYTES;
const MIXES = 65_536;
const VALIDATOR_LIMIT = 2n ** 40n;

/**
 * Fetches the state and holds it to the beacon root that EIP-4788 has. Throws `retry`: `no-beacon-root`, `beacon-header`, `beacon-state`;
 * `halt`: `unknown-layout`, `unknown-fork`, `bad-state`, `layout-mismatch`; `usage`: `no-validator`.
 */
export async function openProver(options: ProverOptions): Promise<StateProver> {
	const { beacon, clock, oracle, rpc, timestamp, validators = [] } = options;
	const root = await readBeaconRoot(rpc, timestamp);
	if (root === null)
		throw new MeridianError("retry", "no-beacon-root", `EIP-4788 has no beacon root for the timestamp ${timestamp}`, {
			hint: "L1 knows those of the last 8,191 slots that had a block",
		});
	const header = await beacon.header(root);
	const layout = await readLayout(rpc, oracle, epochOf(clock, header.slot));
	const { bytes, fork } = await beacon.state(header.slot);
	const tree = stateTree(bytes, fork, validators);
	if (tree.root !== header.stateRoot)
		throw new MeridianError(
			"retry",
			"beacon-state",
			`${beacon.label} gives another state for slot ${header.slot} than L1 knows (${tree.root})`,
			{
				hint: "the beacon chain has reorganized, or the node is on another one; run the command again",
			},
		);
	return proverOf(tree, { timestamp, header, layout, slotsPerEpoch: clock.slotsPerEpoch });
}

export interface ProverFacts {
	readonly timestamp: number;
	readonly header: BeaconHeader;
	readonly layout: Layout;
	readonly slotsPerEpoch: number;
}

/** Throws `halt` (`layout-mismatch`) if the state does not keep things where the layout says. */
export function proverOf(tree: StateTree, { header, layout, slotsPerEpoch, timestamp }: ProverFacts): StateProver {
	const whole = new Tree(tree.node);
	const branch = (gindex: bigint): Hash32[] => whole.getSingleProof(gindex).map((sibling) => bytesToHex(sibling));
	const rootAt = (gindex: bigint): Uint8Array => whole.getRoot(gindex);
	checkLayout(rootAt, layout);
	const state = { timestamp, header, forkBranch: branch(layout.forkVersion) };
	const own = Math.floor(header.slot / slotsPerEpoch);
	return {
		state,
		layout,
		lookahead(half) {
			const count = slotsPerEpoch / PER_CHUNK;
			const first = layout.lookahead * BigInt(2 * count) + BigInt(half * count);
			const chunks = Array.from({ length: count }, (_, place) => rootAt(first + BigInt(place)));
			return {
				state,
				epoch: own + half,
				half,
				chunks: chunks.map(bytesToHex),
				branch: branch(layout.lookahead * 2n + BigInt(half)),
				proposers: chunks.flatMap(indicesOf),
			};
		},
		mix(epoch) {
			if (epoch >= own || epoch <= own - MIXES || epoch < 0)
				throw new MeridianError(
					"usage",
					"no-mix",
					`The mix of epoch ${epoch} cannot be proved from a state of epoch ${own}`,
					{
						hint: "an epoch's mix is final when the next epoch begins",
					},
				);
			const gindex = layout.randao * BigInt(MIXES) + BigInt(epoch % MIXES);
			return { state, epoch, mix: bytesToHex(rootAt(gindex)), branch: branch(gindex) };
		},
		validator(validatorIndex) {
			const record = tree.validators.get(validatorIndex);
			if (record === undefined)
				throw new MeridianError("usage", "no-validator", `Validator ${validatorIndex} was not asked for`);
			const gindex = layout.validators * VALIDATOR_LIMIT + BigInt(validatorIndex);
			return { state, validatorIndex, ...record, branch: branch(gindex) };
		},
	};
}

/** R-3 here, before L1 says so; a layout that leads elsewhere would only be noticed by what the proofs fail to say. */
function checkLayout(rootAt: (gindex: bigint) => Uint8Array, layout: Layout): void {
	try {
		const version = rootAt(layout.forkVersion);
		rootAt(layout.lookahead * 2n);
		rootAt(layout.randao * BigInt(MIXES));
		rootAt(layout.validators);
		if (bytesToUint(version.subarray(4)) === 0n && bytesToHex(version.subarray(0, 4)) === layout.version) return;
	} catch {
		// A path that leads into what is no tree.
	}
	throw new MeridianError(
		"halt",
		"layout-mismatch",
		`The state is not laid out as the oracle believes (fork version ${layout.version})`,
		{
			hint: "a fork the oracle does not know: nothing can be proved until its keeper has added the layout",
		},
	);
}

function indicesOf(chunk: Uint8Array): number[] {
	const view = new DataView(chunk.buffer, chunk.byteOffset, CHUNK);
	return Array.from({ length: PER_CHUNK }, (_, place) => Number(view.getBigUint64(place * INDEX_BYTES, true)));
}
