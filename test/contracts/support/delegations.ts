/** A registry of delegates and validators that it can be shown: what its tests share. */
import { expect } from "chai";
import type { ethers } from "ethers";
import { START_EPOCH } from "../../../bench/rights-l1.ts";
import type { Hash32, Hex } from "../../../src/primitives/types.ts";
import type { ProposerRegistry } from "../../../typechain-types/l1/rights/ProposerRegistry.ts";
import { type Binding, type BlsKey, bindingRoots, blsKey } from "../../helpers/beacon/binding.ts";
import {
	credentialsOf,
	type EightHashes,
	type ProvedState,
	SLOTS_PER_EPOCH,
	syntheticState,
} from "../../helpers/beacon/synthetic.ts";
import { createTestRights, flipped, type TestRights } from "./rights.ts";

interface Proof {
	readonly proved: ProvedState;
	readonly index: number;
	readonly fields: EightHashes;
	readonly branch: Hash32[];
}

export interface Delegations {
	readonly rights: TestRights;
	readonly delegations: ProposerRegistry;
	/** Withdrawal address of validators 0 to 3 (0x01) and 4 to 7 (0x02). */
	readonly owner: ethers.Wallet;
	readonly alice: ethers.Wallet;
	readonly bob: ethers.Wallet;
	readonly chainId: bigint;
	/** Of validators 0 to 7. */
	readonly keys: readonly BlsKey[];
	proofOf(index: number): Proof;
	keyOf(index: number): BlsKey;
	/** By the owner, unless said otherwise. */
	withdrawal(index: number, delegate: string, from?: ethers.Wallet): Promise<ethers.ContractTransactionResponse>;
	/** By anybody. */
	withKey(
		index: number,
		delegate: string,
		signed: string,
		publicKey?: string,
	): Promise<ethers.ContractTransactionResponse>;
	rootsFor(index: number, delegate: string, other?: Partial<Binding>): Promise<ReturnType<typeof bindingRoots>>;
	/** By the validator's key, unless said otherwise. */
	signature(index: number, delegate: string, other?: Partial<Binding>, key?: BlsKey): Promise<string>;
}

export async function createDelegations(): Promise<Delegations> {
	const rights = await createTestRights();
	const { registry: delegations } = rights;
	const [owner, alice, bob] = (await Promise.all(["owner", "alice", "bob"].map(rights.account))) as [
		ethers.Wallet,
		ethers.Wallet,
		ethers.Wallet,
	];
	const { chainId } = await rights.provider.getNetwork();
	const keys = Array.from({ length: 8 }, (_, i) => blsKey(`validator ${i}`));
	const keyOf = (index: number): BlsKey => keys[index] ?? expect.fail(`no key ${index}`);
	const proofOf = await showValidators(rights, keys, owner.address);
	const rootsFor: Delegations["rootsFor"] = async (index, delegate, other = {}) => {
		const binding = {
			chainId,
			registry: await delegations.getAddress(),
			validatorIndex: BigInt(index),
			delegate,
			nonce: await delegations.nonceOf(index),
			...other,
		};
		return bindingRoots(binding, await delegations.SIGNING_ID(), await delegations.DOMAIN());
	};
	return {
		...{ rights, delegations, owner, alice, bob, chainId, keys, proofOf, keyOf, rootsFor },
		withdrawal(index, delegate, from = owner) {
			const { branch, fields, proved } = proofOf(index);
			return delegations.connect(from).bindByWithdrawal(proved, index, fields, branch, delegate);
		},
		withKey(index, delegate, signed, publicKey = keyOf(index).uncompressed) {
			const { branch, fields, proved } = proofOf(index);
			return delegations
				.connect(bob)
				.bindByKey(proved, index, fields, branch, delegate, publicKey, signed, { gasLimit: 1_000_000 });
		},
		signature: async (index, delegate, other = {}, key = keyOf(index)) =>
			key.sign((await rootsFor(index, delegate, other)).signing),
	};
}

/** Lets L1 know a state with a validator for each key, and behind them some that nobody can speak for. */
async function showValidators(
	rights: TestRights,
	keys: readonly BlsKey[],
	owner: string,
): Promise<Delegations["proofOf"]> {
	const odd = [
		// Not of an address: BLS credentials, an unknown kind, and each with a byte that must be zero.
		{ publicKey: blsKey("odd").compressed, credentials: credentialsOf(owner, 0) },
		{ publicKey: blsKey("odd").compressed, credentials: credentialsOf(owner, 3) },
		{ publicKey: blsKey("odd").compressed, credentials: flipped(credentialsOf(owner, 1), 0, 160) as Hex },
		{ publicKey: blsKey("odd").compressed, credentials: flipped(credentialsOf(owner, 2), 0, 247) as Hex },
		// Keys that are none: infinity, a point outside the subgroup, and all zero.
		{ publicKey: `0xc0${"00".repeat(47)}` as Hex, credentials: credentialsOf(owner, 1) },
		{ publicKey: `0x80${"00".repeat(47)}` as Hex, credentials: credentialsOf(owner, 1) },
		{ publicKey: `0x${"00".repeat(48)}` as Hex, credentials: credentialsOf(owner, 1) },
	];
	const state = syntheticState({
		slot: START_EPOCH * SLOTS_PER_EPOCH + 5,
		validators: [
			...keys.map(({ compressed }, i) => ({
				publicKey: compressed,
				credentials: credentialsOf(owner, i < 4 ? 1 : 2),
			})),
			...odd,
		],
	});
	const proved = await rights.know(state);
	return (index) => ({ proved, ...state.validator(index) });
}
