/** Gas of whole transactions that prove something of the beacon chain: an epoch's proposers, and a validator that names its delegate. */
import type { ethers } from "ethers";
import { MeridianError } from "../src/primitives/errors.ts";
import { bindingRoots, blsKey } from "../test/helpers/beacon/binding.ts";
import { credentialsOf, SLOTS_PER_EPOCH, seededValidator, syntheticState } from "../test/helpers/beacon/synthetic.ts";
import { createRightsL1, type RightsL1, START_EPOCH } from "./rights-l1.ts";

export interface RightsCost {
	readonly name: "publishEpoch" | "bindByKey" | "bindByWithdrawal";
	/** Whether the place in the ring was used before; bindings are the validator's first. */
	readonly warm: boolean;
	readonly gas: number;
}

/** As many as make branches like real ones: no sibling of the validators in question is empty. */
const VALIDATORS = 64;
/** Epochs until a place is used again. */
const RING = 64;

/** Throws `halt` with code `bench-reverted` if a contract refuses a proof. */
export async function measureRights(signer: ethers.Wallet): Promise<RightsCost[]> {
	const l1 = await createRightsL1(signer);
	return [
		...(await bindings(l1, signer)),
		{ name: "publishEpoch", warm: false, gas: await publish(l1, START_EPOCH + 1) },
		{ name: "publishEpoch", warm: true, gas: await publish(l1, START_EPOCH + 1 + RING) },
	];
}

async function publish({ know, oracle }: RightsL1, epoch: number): Promise<number> {
	const state = syntheticState({ slot: (epoch - 1) * SLOTS_PER_EPOCH + 5 });
	const proved = await know(state);
	const { branch, chunks, half } = state.half(1);
	return await gasOf(oracle.publish(proved, half, chunks, branch, { gasLimit: 1_000_000 }));
}

async function bindings({ know, provider, registry }: RightsL1, signer: ethers.Wallet): Promise<RightsCost[]> {
	const key = blsKey("bench");
	const validators = Array.from({ length: VALIDATORS }, (_, index) => seededValidator(index));
	validators[1] = { publicKey: key.compressed, credentials: credentialsOf(signer.address, 1) };
	validators[2] = { publicKey: key.compressed, credentials: credentialsOf(signer.address, 1) };
	const state = syntheticState({ slot: START_EPOCH * SLOTS_PER_EPOCH + 5, validators });
	const proved = await know(state);
	const [registryAddress, signingId, domain, { chainId }] = await Promise.all([
		registry.getAddress(),
		registry.SIGNING_ID(),
		registry.DOMAIN(),
		provider.getNetwork(),
	]);
	const delegate = signer.address;
	const binding = { chainId, registry: registryAddress, validatorIndex: 1n, delegate, nonce: 0n };
	const signature = key.sign(bindingRoots(binding, signingId, domain).signing);
	const [first, second] = [state.validator(1), state.validator(2)];
	const options = { gasLimit: 1_000_000 };
	const { uncompressed } = key;
	const byKey = await gasOf(
		registry.bindByKey(proved, 1, first.fields, first.branch, delegate, uncompressed, signature, options),
	);
	const byAddress = await gasOf(registry.bindByWithdrawal(proved, 2, second.fields, second.branch, delegate, options));
	return [
		{ name: "bindByKey", warm: false, gas: byKey },
		{ name: "bindByWithdrawal", warm: false, gas: byAddress },
	];
}

async function gasOf(sent: Promise<ethers.ContractTransactionResponse>): Promise<number> {
	const receipt = await (await sent).wait();
	if (receipt?.status !== 1)
		throw new MeridianError("halt", "bench-reverted", "A proof of the gas bench was refused", { receipt });
	return Number(receipt.gasUsed);
}
