/** What `bench gas` and the gas snapshot measure: gas of whole L1 transactions, intrinsic and calldata gas included. */
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { ethers } from "ethers";
import { deployTimeline, registerRollups, type TimelineAddresses } from "../deploy/deploy.ts";
import { encodeBlobs } from "../src/codec/blob.ts";
import { packMeta } from "../src/codec/header.ts";
import { itemsRoot, tickHash, ticksRoot } from "../src/codec/order.ts";
import { encodePublicationData } from "../src/codec/publicationData.ts";
import { blobSidecar } from "../src/l1/kzg.ts";
import { BRIDGE_ABI, FORCED_INCLUSION_ABI, INBOX_ABI } from "../src/primitives/abi.ts";
import { bytesToHex, ZERO_ADDRESS, ZERO_HASH } from "../src/primitives/bytes.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import type { Address, Hex, Item } from "../src/primitives/types.ts";
import { createL1Account, type L1Account } from "../src/sequencer/l1-account.ts";
import type { L1Call, SignedBlob } from "../src/sequencer/l1-transaction.ts";
import { measureEvidence } from "./evidence.ts";
import { createProposerBench } from "./proposers.ts";
import { measureRights, type RightsCost } from "./rights.ts";

export interface GasRow {
	readonly name:
		| "publish"
		| "publishCalldata"
		| "enqueue"
		| "deposit"
		| "register"
		| "slash"
		| "seal"
		| "check"
		| RightsCost["name"];
	/** Rollups with transactions in the publication, or registered before. */
	readonly rollups: number;
	readonly blobs: number;
	/** False: a storage slot is used for the first time. */
	readonly warm: boolean;
	readonly gas: number;
	/** The rights module asked. */
	readonly rights?: string;
	/** What is shown to the slasher. */
	readonly fault?: string;
}

interface Bench {
	readonly provider: ethers.JsonRpcApiProvider;
	readonly account: L1Account;
	readonly signer: ethers.Wallet;
}

interface Content {
	readonly name: "publish" | "publishCalldata";
	readonly rollups: number;
	readonly items: readonly Item[];
	readonly blobs: readonly SignedBlob[];
}

const TICK_SECONDS = 2;
const SLOT_SECONDS = 12;
const TX_BYTES = 120;
/** Seven slots that are new, the eighth is the genesis word's: enough for each content once new and once recycled. */
const RING_SIZE = 8;
const TIMING = { slotSeconds: SLOT_SECONDS, tickSeconds: TICK_SECONDS, ringSize: RING_SIZE };

/** Where is published. */
interface Target extends Pick<TimelineAddresses, "inbox"> {
	/** If ticks must be so many seconds before the slot. */
	readonly lead?: number;
}

/** An L1 of one's own, whose clock obeys. */
export interface DevelopmentL1 {
	readonly provider: ethers.JsonRpcApiProvider;
	readonly privateKey: string;
	/** Of blob transactions: 1 (cell proofs), or 0 where the chain takes that only. */
	readonly wrapperVersion: 0 | 1;
}

/**
 * Measures every row. The same contents every time, so that a chain that always starts alike gives the same numbers.
 * Throws `halt` with code `bench-reverted` if a transaction fails.
 */
export async function measureGas({ provider, privateKey, wrapperVersion }: DevelopmentL1): Promise<GasRow[]> {
	const signer = new ethers.Wallet(privateKey, provider);
	const request = (method: string, params: readonly unknown[]) => provider.send(method, [...params]);
	const account = await createL1Account(request, signer, { wrapperVersion });
	const bench: Bench = { provider, account, signer };
	const contents = await makeContents(wrapperVersion);
	const single = await deploy(bench, await signer.getAddress());
	const open = await deploy(bench, null);
	return [
		...(await publishRows(bench, single, contents, "SingleSequencer")),
		...(await publishRows(bench, open, contents, "OpenRights")),
		...(await registerRows(bench, single)),
		...(await enqueueRows(bench, single)),
		...(await depositRows(bench, single)),
		...(await evidenceRows(bench)),
		...(await proposerRows(bench, contents)),
		...(await measureRights(signer)).map((cost) => ({ rollups: 0, blobs: 0, ...cost })),
	];
}

async function deploy(bench: Bench, sequencer: string | null): Promise<TimelineAddresses> {
	return await deployTimeline(bench.signer, { ...TIMING, sequencer });
}

async function makeContents(wrapperVersion: 0 | 1): Promise<Content[]> {
	const contents: Content[] = [];
	for (const rollups of [1, 8]) {
		const small = items(rollups, TX_BYTES);
		const large = items(rollups, Math.floor(660_000 / rollups));
		contents.push({ name: "publish", rollups, items: small, blobs: await signedBlobs(small, wrapperVersion) });
		contents.push({ name: "publish", rollups, items: large, blobs: await signedBlobs(large, wrapperVersion) });
		contents.push({ name: "publishCalldata", rollups, items: small, blobs: [] });
	}
	return contents;
}

/** `bytes` of transactions for each rollup, none larger than derivation takes. */
function items(rollups: number, bytes: number): Item[] {
	const list: Item[] = [];
	for (let rollupId = 1; rollupId <= rollups; rollupId++)
		for (let left = bytes; left > 0; left -= 100_000)
			list.push({ kind: "tx", leg: { rollupId, rawTx: noise(Math.min(left, 100_000), `${rollupId} ${left}`) } });
	return list;
}

/** Bytes that look random, as signatures do, and are the same on every run. */
function noise(size: number, label = ""): Uint8Array {
	return createHash("shake256", { outputLength: size }).update(label).digest();
}

const dataOf = (list: readonly Item[]): Uint8Array => encodePublicationData([{ tick: 1, l1Origin: 1, items: list }]);

async function signedBlobs(list: readonly Item[], wrapperVersion: 0 | 1): Promise<SignedBlob[]> {
	const signed: SignedBlob[] = [];
	const wanted = { cellProofs: wrapperVersion === 1, blobProof: wrapperVersion === 0 };
	for (const blob of encodeBlobs(dataOf(list))) {
		const { commitment, versionedHash, cellProofs, blobProof } = await blobSidecar(blob, wanted);
		signed.push({ blob, commitment, versionedHash, proofs: blobProof === null ? cellProofs : [blobProof] });
	}
	return signed;
}

async function publishRows(
	bench: Bench,
	target: Target,
	contents: readonly Content[],
	rights: string,
): Promise<GasRow[]> {
	const rows: GasRow[] = [];
	const publish = async (content: Content, warm: boolean): Promise<void> => {
		const gas = await send(bench, await publication(bench, target, content), content.blobs);
		rows.push({ name: content.name, rollups: content.rollups, blobs: content.blobs.length, warm, gas, rights });
	};
	for (const content of contents) await publish(content, false);
	const [filler] = contents;
	for (let id = contents.length + 1; filler !== undefined && id < RING_SIZE; id++)
		await send(bench, await publication(bench, target, filler), filler.blobs);
	for (const content of contents) await publish(content, true);
	return rows;
}

/** One tick in the block after next, whose time is then the tick's, or, with a lead, the newest that its slot's owner has. */
async function publication(bench: Bench, { inbox, lead }: Target, content: Content): Promise<L1Call> {
	const contract = new ethers.Contract(inbox, INBOX_ABI, bench.provider);
	const [head, timeline, latest] = await Promise.all([
		contract.getFunction("head")(),
		contract.getFunction("timeline")(),
		bench.provider.getBlock("latest"),
	]);
	if (latest?.hash == null) throw new MeridianError("halt", "bench-l1", "The development chain has no latest block");
	const { beaconGenesisTime, genesisTime } = timeline.config;
	const next = latest.timestamp + SLOT_SECONDS;
	const time = lead === undefined ? next : next - ((next - Number(beaconGenesisTime)) % SLOT_SECONDS) - lead;
	const tick = Math.floor((time - Number(genesisTime)) / TICK_SECONDS);
	const meta = packMeta({
		coinbase: bench.account.address,
		firstTick: tick,
		lastTick: tick,
		l1Origin: latest.number,
		codec: 1,
		blobs: content.blobs.length,
	});
	const root = bytesToHex(ticksRoot([tickHash(tick, itemsRoot(content.items))]));
	const before = [head, meta, root, latest.hash];
	const data = content.name === "publish" ? [...before, "0x"] : [...before, dataOf(content.items), "0x"];
	return call(inbox, contract.interface.encodeFunctionData(content.name, data) as Hex);
}

async function registerRows(bench: Bench, { registry }: TimelineAddresses): Promise<GasRow[]> {
	const rows: GasRow[] = [];
	for (const [rollups, cluster] of [0, 1].entries()) {
		const before = await bench.provider.getBlockNumber();
		const config = {
			chainId: 700_000 + rollups,
			cluster,
			gasLimit: 10_000_000,
			feeRecipient: bench.account.address,
			// Far enough for the rows that follow to find out what a rollup costs that is active: half a minute.
			activationTick: await tickIn(bench, registry, 30),
			settlement: ZERO_ADDRESS,
			template: 1,
			genesisHash: ZERO_HASH,
		};
		await registerRollups(bench.signer, registry, [{ config, allocation: "0x" }]);
		const block = await bench.provider.getBlock(before + 1);
		rows.push({ name: "register", rollups, blobs: 0, warm: cluster > 0, gas: Number(block?.gasUsed ?? 0) });
	}
	await bench.provider.send("evm_increaseTime", [60]);
	return rows;
}

async function tickIn(bench: Bench, registry: Address, seconds: number): Promise<number> {
	const timing = new ethers.Contract(
		registry,
		["function timing() view returns (uint64 genesisTime, uint32 slotSeconds, uint32 tickSeconds)"],
		bench.provider,
	);
	const latest = await bench.provider.getBlock("latest");
	const { genesisTime } = await timing.getFunction("timing")();
	return Math.floor(((latest?.timestamp ?? 0) + seconds - Number(genesisTime)) / TICK_SECONDS);
}

async function enqueueRows(bench: Bench, { forcedInclusion }: TimelineAddresses): Promise<GasRow[]> {
	const contract = new ethers.Contract(forcedInclusion, FORCED_INCLUSION_ABI, bench.provider);
	const rows: GasRow[] = [];
	for (const warm of [false, true]) {
		const value: bigint = await contract.getFunction("feeFor")(1, 100_000);
		const data = contract.interface.encodeFunctionData("enqueue", [1, 100_000, noise(TX_BYTES)]);
		// A load that has leaked away: the second entry, too, costs what it was quoted.
		const gas = await send(bench, call(forcedInclusion, data as Hex, value), []);
		rows.push({ name: "enqueue", rollups: 2, blobs: 0, warm, gas });
	}
	return rows;
}

async function depositRows(bench: Bench, { bridge }: TimelineAddresses): Promise<GasRow[]> {
	const { interface: abi } = new ethers.Contract(bridge, BRIDGE_ABI);
	const rows: GasRow[] = [];
	for (const warm of [false, true]) {
		const data = abi.encodeFunctionData("deposit", [1, ethers.hexlify(noise(20))]);
		const gas = await send(bench, call(bridge, data as Hex, 10n ** 18n), []);
		rows.push({ name: "deposit", rollups: 2, blobs: 0, warm, gas });
	}
	return rows;
}

async function evidenceRows({ signer }: Bench): Promise<GasRow[]> {
	const costs = await measureEvidence(signer);
	return costs.map((cost) => ({ rollups: 0, blobs: 0, ...cost }));
}

/** Oracle and registry are mocks, which nobody asks once an epoch is sealed. `check` is what publishing pays for it. */
async function proposerRows(bench: Bench, contents: readonly Content[]): Promise<GasRow[]> {
	const { addresses, lead, measure } = await createProposerBench(bench.signer, TIMING);
	const costs = (await measure()).map((cost): GasRow => ({ ...cost, rollups: 0, blobs: 0, rights: "ProposerRights" }));
	return [...costs, ...(await publishRows(bench, { ...addresses, lead }, contents, "ProposerRights"))];
}

const call = (to: Address, data: Hex, value = 0n): L1Call => ({ to, data, value, gasLimit: 2_000_000n });

/** Gas used by the transaction, in a block one slot after the last. */
async function send({ provider, account }: Bench, what: L1Call, blobs: readonly SignedBlob[]): Promise<number> {
	const latest = await provider.getBlock("latest");
	await provider.send("evm_setNextBlockTimestamp", [(latest?.timestamp ?? 0) + SLOT_SECONDS]);
	const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 9n, maxFeePerBlobGas: 10n ** 12n };
	const { raw, hash } = await account.sign(what, await account.nonce(), fees, blobs);
	await account.broadcast(raw);
	// The receipt may lag behind the block.
	let receipt = await provider.getTransactionReceipt(hash);
	for (let tries = 0; receipt === null && tries < 500; tries++) {
		await setTimeout(20);
		receipt = await provider.getTransactionReceipt(hash);
	}
	if (receipt?.status !== 1)
		throw new MeridianError("halt", "bench-reverted", `The transaction ${hash} of the gas bench failed`, { receipt });
	return Number(receipt.gasUsed);
}
