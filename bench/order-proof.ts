/** Execution gas of an order proof, as `OrderProofs` on L1 is asked. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ethers } from "ethers";
import { itemHash } from "../src/codec/itemHash.ts";
import { merkleProof } from "../src/codec/merkle.ts";
import { itemsRoot, tickHash } from "../src/codec/order.ts";
import { shownPublication } from "../src/l1/evidence.ts";
import { bytesToHex, concatBytes, uintToBytes } from "../src/primitives/bytes.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import { keccak256, keccakHex } from "../src/primitives/hash.ts";
import type { Address, Item, Leg, PublicationHeader } from "../src/primitives/types.ts";

/** A publication that is mined. */
export interface Published {
	readonly header: PublicationHeader;
	readonly publisher: Address;
	readonly block: { readonly number: number; readonly timestamp: number };
	readonly data: Uint8Array;
	/** Items of each tick. */
	readonly ticks: readonly (readonly Item[])[];
	/** Of the transaction that published it. */
	readonly gas: number;
}

/** A transaction in a publication whose data is calldata. */
export interface Place {
	readonly published: Published;
	/** Which of the publication's ticks, from 0. */
	readonly tick: number;
	readonly item: number;
	readonly leg: number;
}

interface StructLog {
	readonly gas: number;
	readonly gasCost: number;
}

const ARTIFACT = fileURLToPath(new URL("../artifacts/contracts/l1/OrderProofs.sol/OrderProofs.json", import.meta.url));

/**
 * Gas that the code uses, without the transaction's own 21,000 and its calldata; the contract that is asked is warm, all else cold.
 * Throws `usage` with code `not-compiled`, `halt` with code `bench-reverted` if the first place is not proved to be before the second,
 * `bench-l1` if the chain does not trace.
 */
export async function compareGas(
	signer: ethers.Wallet,
	inbox: Address,
	[a, b]: readonly [Place, Place],
): Promise<number> {
	const { abi, bytecode } = await artifact();
	const contract = await new ethers.ContractFactory(abi, bytecode, signer).deploy(inbox);
	await contract.waitForDeployment();
	const request = {
		to: await contract.getAddress(),
		data: contract.interface.encodeFunctionData("compare", [encode(a), encode(b)]),
	};
	const answer = await signer.call(request);
	if (contract.interface.decodeFunctionResult("compare", answer)[0] !== true)
		throw new MeridianError("halt", "bench-reverted", "the order of the bench's publications was not proved");
	const provider = signer.provider as ethers.JsonRpcApiProvider;
	const options = { disableStack: true, disableStorage: true, enableMemory: false };
	const trace = await provider.send("debug_traceCall", [request, "latest", options]);
	const { structLogs } = trace as { readonly structLogs: readonly StructLog[] };
	const [first, last] = [structLogs[0], structLogs.at(-1)];
	if (first === undefined || last === undefined)
		throw new MeridianError("halt", "bench-l1", "the development chain traced no step of the order proof");
	return first.gas - last.gas + last.gasCost;
}

async function artifact(): Promise<{ abi: ethers.InterfaceAbi; bytecode: string }> {
	try {
		return JSON.parse(await readFile(ARTIFACT, "utf8"));
	} catch (cause) {
		const message = `There is no compiled OrderProofs at ${ARTIFACT}; run \`npx hardhat build\` first`;
		throw new MeridianError("usage", "not-compiled", message, {}, { cause });
	}
}

/** `OrderProof.Place`, its fields by their names. */
function encode({ item: index, leg, published, tick: tickIndex }: Place): object {
	const { block, data, header, publisher, ticks } = published;
	const items = ticks[tickIndex] ?? [];
	const roots = ticks.map((list) => itemsRoot(list));
	const hashes = roots.map((root, offset) => tickHash(header.firstTick + offset, root));
	const legs = legsOf(items[index]);
	const chosen = legs[leg];
	return {
		publication: shownPublication({ header, publisher, block, payload: keccakHex(data) }),
		tick: header.firstTick + tickIndex,
		ticks: ticks.length,
		tickIndex,
		tickProof: merkleProof(hashes, tickIndex),
		itemCount: items.length,
		itemsRoot: bytesToHex(roots[tickIndex]?.root ?? new Uint8Array(32)),
		index,
		itemProof: merkleProof(items.map(itemHash), index),
		legs: items[index]?.kind === "bundle" ? concatBytes(...legs.map(hashed)) : "0x",
		leg,
		rollupId: chosen?.rollupId ?? 0,
		rawTxHash: keccakHex(chosen?.rawTx ?? new Uint8Array(0)),
	};
}

const legsOf = (item: Item | undefined): readonly Leg[] => {
	if (item === undefined) return [];
	return item.kind === "bundle" ? item.legs : [item.leg];
};

/** What is hashed of a leg (S-1). */
const hashed = ({ rawTx, rollupId }: Leg): Uint8Array => concatBytes(uintToBytes(rollupId, 4), keccak256(rawTx));
