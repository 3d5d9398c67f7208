/** What `meridian proposer bind` and `delegate` do. */
import { readFile } from "node:fs/promises";
import { bindingRoot, publicKeyOf, signBinding } from "../../l1/beacon/binding.ts";
import { PROPOSER_REGISTRY, readDelegation, readSigningContext } from "../../l1/beacon/registry.ts";
import type { ValidatorProof } from "../../l1/beacon/types.ts";
import { parseAddress } from "../../node/connect.ts";
import { hexToBytes, ZERO_ADDRESS } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address } from "../../primitives/types.ts";
import type { L1Receipt } from "../../sequencer/l1-account.ts";
import { proverFor } from "../reading/oracle.ts";
import { type RegistryFlags, type RegistryReader, withRegistry } from "../reading/proposer.ts";
import { openPayer } from "./payer.ts";

export interface ProposerBindFlags extends RegistryFlags {
	readonly beacon: string;
	readonly validator: number;
	readonly delegate: string;
	readonly blsKeyFile?: string;
	readonly key?: string;
}

export interface ProposerDelegateFlags extends RegistryFlags {
	readonly validator: readonly number[];
	readonly resign: boolean;
	readonly key?: string;
}

/** By the validator's key if its file is given, by its withdrawal address if not. The delegate has yet to accept. */
export async function bind(flags: ProposerBindFlags): Promise<void> {
	const delegate = flags.delegate === "none" ? ZERO_ADDRESS : parseAddress(flags.delegate, "delegate");
	const secret = flags.blsKeyFile === undefined ? null : await readSecret(flags.blsKeyFile);
	await withRegistry(flags, async (reader) => {
		const payer = await openPayer(flags.key, reader.rpc, reader.output, reader.signal);
		const { registry } = reader;
		const prover = await proverFor(reader, flags.beacon, null, [flags.validator]);
		const proof = prover.validator(flags.validator);
		const { branch, fields, state, validatorIndex } = proof;
		const proved = [state, validatorIndex, fields, branch, delegate];
		let receipt: L1Receipt;
		if (secret === null) {
			checkWithdrawalAddress(proof, payer.account.address);
			receipt = await payer.call(registry, PROPOSER_REGISTRY, "bindByWithdrawal", proved);
		} else {
			const { publicKey, signature } = await sign(reader, proof, delegate, secret);
			receipt = await payer.call(registry, PROPOSER_REGISTRY, "bindByKey", [...proved, publicKey, signature]);
		}
		tell(reader, validatorIndex, delegate, receipt);
	});
}

function tell(
	{ currentEpoch, output }: RegistryReader,
	validator: number,
	delegate: Address,
	receipt: L1Receipt,
): void {
	const { blockNumber, gasUsed, hash } = receipt;
	output.line(`validator ${validator}, L1 block ${blockNumber}, ${gasUsed} gas, transaction ${hash}`);
	output.line(
		delegate === ZERO_ADDRESS
			? `nobody acts for it from epoch ${currentEpoch + 2} on`
			: `${delegate} is named; it acts from the second epoch after it accepts (meridian proposer delegate)`,
	);
	output.result({ hash, l1Block: blockNumber, gasUsed: Number(gasUsed), validatorIndex: validator, delegate });
}

/** Refused here in words, before L1 refuses it with a number. */
function checkWithdrawalAddress({ validatorIndex, withdrawalCredentials }: ValidatorProof, sender: Address): void {
	const address: Address = `0x${withdrawalCredentials.slice(-40)}`;
	if (/^0x0[12]0{22}/.test(withdrawalCredentials) && address === sender) return;
	throw new MeridianError(
		"usage",
		"not-withdrawal-address",
		`${sender} is not the withdrawal address of validator ${validatorIndex} (credentials ${withdrawalCredentials})`,
		{
			hint: "use that address's key, or the validator's own with --bls-key-file",
		},
	);
}

async function sign(reader: RegistryReader, proof: ValidatorProof, delegate: Address, secret: Uint8Array) {
	const { registry, rpc } = reader;
	const { publicKey, validatorIndex } = proof;
	if (publicKeyOf(secret) !== publicKey)
		throw new MeridianError(
			"usage",
			"wrong-bls-key",
			`The BLS key is not that of validator ${validatorIndex}, ${publicKey}`,
		);
	const [chainId, { nonce }, context] = await Promise.all([
		rpc.request("eth_chainId", []).then(Number),
		readDelegation(rpc, registry, validatorIndex),
		readSigningContext(rpc, registry),
	]);
	return signBinding(bindingRoot({ chainId, registry, validatorIndex, delegate, nonce }, context), secret);
}

/** 0x and 64 hex digits. Errors do not quote the file. */
async function readSecret(path: string): Promise<Uint8Array> {
	const text = (await readFile(path, "utf8")).trim();
	if (/^(0x)?[0-9a-fA-F]{64}$/.test(text)) return hexToBytes(`0x${text.slice(-64)}`);
	throw new MeridianError("usage", "bad-key", `${path} holds no BLS secret key`, {
		hint: "the file has 0x and 64 hex digits; decrypt a keystore with the tool that made it",
	});
}

/** The delegate's part: accepts what validators have named it for, or ends it. */
export async function delegate(flags: ProposerDelegateFlags): Promise<void> {
	await withRegistry(flags, async (reader) => {
		const { currentEpoch, output, registry, rpc, signal } = reader;
		const payer = await openPayer(flags.key, rpc, output, signal);
		const name = flags.resign ? "resign" : "accept";
		if (!flags.resign) await checkNamed(reader, flags.validator, payer.account.address);
		const { blockNumber, gasUsed, hash } = await payer.call(registry, PROPOSER_REGISTRY, name, [flags.validator]);
		const what = flags.resign ? "no longer acts" : "acts";
		// The block may be of a later epoch than the one that was asked about.
		output.line(
			`${payer.account.address} ${what} for validators ${flags.validator.join(", ")} from epoch ${currentEpoch + 2} on, or one later`,
		);
		output.line(`L1 block ${blockNumber}, ${gasUsed} gas, transaction ${hash}`);
		output.result({ hash, l1Block: blockNumber, gasUsed: Number(gasUsed), action: name, validators: flags.validator });
	});
}

async function checkNamed(
	{ registry, rpc }: RegistryReader,
	validators: readonly number[],
	sender: Address,
): Promise<void> {
	for (const validatorIndex of validators) {
		const { named } = await readDelegation(rpc, registry, validatorIndex);
		if (named === sender) continue;
		const whom = named === ZERO_ADDRESS ? "nobody" : named;
		throw new MeridianError("usage", "not-named", `Validator ${validatorIndex} has named ${whom}, not ${sender}`, {
			hint: "the validator names its delegate with meridian proposer bind; each naming can be accepted once",
		});
	}
}
