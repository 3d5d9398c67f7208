/** Beacon states that no chain has been through, and a check of proofs that shares nothing with what makes them. */
import { createHash } from "node:crypto";
import { FAR_FUTURE_EPOCH, SLOTS_PER_EPOCH } from "@lodestar/params";
import { ssz } from "@lodestar/types";
import type { BeaconHeader, Layout } from "../../../src/l1/beacon/types.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import type { Hash32 } from "../../../src/primitives/types.ts";

/** */
export const FULU_LAYOUT: Layout = {
	fromEpoch: 0,
	version: "0x06000000",
	forkVersion: 269n,
	lookahead: 101n,
	validators: 150n,
	randao: 77n,
};

export interface SyntheticState {
	/** SSZ, Fulu. */
	readonly bytes: Uint8Array;
	readonly slot: number;
	/** Two epochs of validator indices. */
	readonly proposers: readonly number[];
}

const pseudorandom = (size: number, ...of: readonly (string | number)[]): Buffer => {
	const parts: Buffer[] = [];
	for (let i = 0; parts.length * 32 < size; i++)
		parts.push(
			createHash("sha256")
				.update([...of, i].join())
				.digest(),
		);
	return Buffer.concat(parts).subarray(0, size);
};

/** @param count of validators; each has its own key, every second one compounding credentials, every fifth has left */
export function syntheticState(count: number, slot = 3_205): SyntheticState {
	const value = ssz.fulu.BeaconState.defaultValue();
	const version = Uint8Array.of(6, 0, 0, 0);
	value.slot = slot;
	value.fork = { previousVersion: Uint8Array.of(5, 0, 0, 0), currentVersion: version, epoch: 0 };
	value.validators = Array.from({ length: count }, (_, index) => {
		const withdrawalCredentials = new Uint8Array(32);
		withdrawalCredentials[0] = 1 + (index % 2);
		withdrawalCredentials.set(pseudorandom(20, "address", index), 12);
		return {
			pubkey: new Uint8Array(pseudorandom(48, "key", index)),
			withdrawalCredentials,
			effectiveBalance: 32_000_000_000 * (1 + (index % 3)),
			slashed: index % 7 === 0,
			activationEligibilityEpoch: index % 11,
			activationEpoch: index % 13,
			exitEpoch: index % 5 === 0 ? 90 : FAR_FUTURE_EPOCH,
			withdrawableEpoch: index % 5 === 0 ? 346 : FAR_FUTURE_EPOCH,
		};
	});
	value.balances = Array.from({ length: count }, (_, index) => 32_000_000_000 + index);
	value.inactivityScores = Array.from({ length: count }, (_, index) => index % 4);
	value.previousEpochParticipation = Array.from({ length: count }, (_, index) => index % 8);
	value.currentEpochParticipation = Array.from({ length: count }, (_, index) => (index + 3) % 8);
	value.randaoMixes = value.randaoMixes.map((_, epoch) => new Uint8Array(pseudorandom(32, "mix", epoch)));
	value.historicalSummaries = [
		{ blockSummaryRoot: pseudorandom(32, "blocks"), stateSummaryRoot: pseudorandom(32, "states") },
	];
	const proposers = Array.from({ length: 2 * SLOTS_PER_EPOCH }, (_, place) => (place * 7_919 + 13) % count);
	value.proposerLookahead = proposers;
	return { bytes: ssz.fulu.BeaconState.serialize(value), slot, proposers };
}

/** A header with that state. */
export function headerOf(slot: number, stateRoot: Hash32): BeaconHeader {
	const root = (of: string): Hash32 => bytesToHex(pseudorandom(32, of, slot));
	return { slot, proposerIndex: 5, parentRoot: root("parent"), stateRoot, bodyRoot: root("body") };
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex.slice(2), "hex");
const sha = (left: string, right: string): Hash32 =>
	bytesToHex(createHash("sha256").update(bytesOf(left)).update(bytesOf(right)).digest());

/** the root that the branch leads to, or null if it has not exactly the siblings that the index asks for. */
export function climb(node: Hash32, gindex: bigint, branch: readonly Hash32[]): Hash32 | null {
	let [at, index] = [node, gindex];
	for (const sibling of branch) {
		at = index % 2n === 0n ? sha(at, sibling) : sha(sibling, at);
		index /= 2n;
	}
	return index === 1n ? at : null;
}

/** Root of a perfect tree over the leaves. */
export function rootOf(leaves: readonly Hash32[]): Hash32 {
	if (leaves.length === 1) return leaves[0] as Hash32;
	const half = leaves.length / 2;
	return sha(rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}
