/** What the tests of oracle and registry share. */
import { ethers } from "ethers";
import { network } from "hardhat";
import { DEVELOPMENT_KEY } from "../../../bench/anvil.ts";
import { createRightsL1, type RightsL1 } from "../../../bench/rights-l1.ts";

export interface TestRights extends RightsL1 {
	readonly signer: ethers.Wallet;
	readonly keeper: ethers.Wallet;
	/** Of a label, with ether. */
	account(label: string): Promise<ethers.Wallet>;
	close(): Promise<void>;
}

export async function createTestRights(): Promise<TestRights> {
	const connection = await network.create({ override: { initialDate: "2027-01-15T08:00:00Z" } });
	const provider = new ethers.BrowserProvider(connection.provider, undefined, { cacheTimeout: -1 });
	const signer = new ethers.Wallet(DEVELOPMENT_KEY, provider);
	const account = async (label: string): Promise<ethers.Wallet> => {
		const wallet = new ethers.Wallet(ethers.id(label), provider);
		await provider.send("hardhat_setBalance", [wallet.address, ethers.toQuantity(10n ** 24n)]);
		return wallet;
	};
	const keeper = await account("keeper");
	return {
		...(await createRightsL1(signer, keeper.address)),
		signer,
		keeper,
		account,
		close: () => connection.close(),
	};
}

/** Why the contract refuses the call: the error's name, "" if the call cannot even be decoded; null if it does not refuse. */
export async function refusal(contract: ethers.BaseContract, data: string, from?: string): Promise<string | null> {
	const provider = contract.runner?.provider;
	try {
		await provider?.call({ to: contract, data, from: from ?? null });
		return null;
	} catch (error) {
		if (!ethers.isCallException(error)) throw error;
		const reason = error.data ?? "0x";
		if (reason === "0x") return "";
		return contract.interface.parseError(reason)?.name ?? reason;
	}
}

/** The hex string with one bit of one 32-byte word changed, the bit counted from the lowest. */
export function flipped(hex: string, word: number, bit: number, offset = 0): string {
	const bytes = ethers.getBytes(hex);
	const index = offset + word * 32 + 31 - (bit >> 3);
	bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit & 7));
	return ethers.hexlify(bytes);
}

/** Each way to change a list of hashes in one place: a word's lowest or highest bit, a word gone, doubled, zero, two exchanged. */
export function* changes(list: readonly string[]): Generator<string[]> {
	for (const [i, word] of list.entries()) {
		for (const bit of [0, 255]) yield list.with(i, flipped(word, 0, bit));
		yield list.toSpliced(i, 1);
		yield list.toSpliced(i, 0, word);
		if (BigInt(word) !== 0n) yield list.with(i, ethers.ZeroHash);
		const next = list[i + 1];
		if (next !== undefined && next !== word) yield list.with(i, next).with(i + 1, word);
	}
	yield [];
	yield [...list, ethers.ZeroHash];
	yield [ethers.ZeroHash, ...list];
}
