/** What a bundle and an order proof cost on L1, on anvil: real contracts, real publications, read back and executed like any reader does. */
import { ethers } from "ethers";
import { deployTimeline, registerRollups } from "../deploy/deploy.ts";
import { packMeta } from "../src/codec/header.ts";
import { buildPublication } from "../src/derive/plan.ts";
import { genesisState } from "../src/derive/state.ts";
import { step } from "../src/derive/step.ts";
import { createClusterExecutor } from "../src/execute/executor.ts";
import type { BlobSource } from "../src/l1/blobs.ts";
import { blobSidecar } from "../src/l1/kzg.ts";
import { createL1Source } from "../src/l1/source.ts";
import { INBOX_ABI } from "../src/primitives/abi.ts";
import { bytesToHex, ZERO_ADDRESS, ZERO_HASH } from "../src/primitives/bytes.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import type { Address, Hash32, Hex, Item, Leg } from "../src/primitives/types.ts";
import { createL1Account, type L1Account, type L1Receipt } from "../src/sequencer/l1-account.ts";
import type { SignedBlob } from "../src/sequencer/l1-transaction.ts";
import { memoryStore } from "../src/store/open.ts";
import { startBenchAnvil } from "./anvil.ts";
import { compareGas, type Published } from "./order-proof.ts";
import { type Bundle, BundleCluster, bundleAllocation } from "./traffic-bundles.ts";

export interface L1Costs {
	/** From the bundle's being ready until a reader has executed it: publications, L1 slots, rounds of L1 transactions that wait for each other. */
	readonly publications: number;
	readonly slots: number;
	readonly rounds: number;
	/** Of the whole L1 transaction, one blob, a recycled slot; alone in it, the bundle pays all. */
	readonly gasPerBundle: number;
	/** Execution gas of `OrderProofs.compare` for transactions in two publications of 3 ticks with 1,000 items each. */
	readonly orderProof: number;
}

interface L1 {
	readonly provider: ethers.JsonRpcApiProvider;
	readonly signer: ethers.Wallet;
	readonly account: L1Account;
	readonly inbox: Address;
	readonly genesisTime: number;
	readonly blobs: Uint8Array[];
}

const SLOT_SECONDS = 12;
const TICK_SECONDS = 2;
const RING_SIZE = 8;
const ROLLUPS = 8;
const GAS_LIMIT = 5_000_000;
const CLUSTER_GAS_PER_SLOT = 240_000_000n;
const FEES = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 9n, maxFeePerBlobGas: 10n ** 12n };
const PROOF_TICKS = 3;
const PROOF_ITEMS = 1_000;
const PROOF_LEGS = 8;
/** Place of the bundle in each of those ticks. */
const PROOF_BUNDLE = 998;

/** Throws `halt` with code `bench-reverted`, `bench-dropped` or `bench-l1`, and as `startAnvil` and `deployTimeline`. */
export async function measureOnL1(): Promise<L1Costs> {
	const { provider, privateKey, stop } = await startBenchAnvil();
	try {
		const l1 = await setUp(provider, privateKey);
		// A ring's slots are new once; what counts is what comes after.
		for (let id = 1; id <= RING_SIZE - 2; id++) await publish(l1, [[filler(id)]], "calldata");
		const [a, b] = [await publish(l1, proofTicks(), "calldata"), await publish(l1, proofTicks(), "calldata")];
		const orderProof = await compareGas(l1.signer, l1.inbox, [
			{ published: a, tick: 2, item: PROOF_BUNDLE, leg: 3 },
			{ published: b, tick: 1, item: 4, leg: 0 },
		]);
		const bundle = (await BundleCluster.create(ROLLUPS)).bundle();
		const ready = await provider.getBlockNumber();
		const { gas } = await publish(l1, [[bundle]], "blobs");
		return { ...(await roundsUntilHeld(l1, ready, bundle)), gasPerBundle: gas, orderProof };
	} finally {
		await stop();
	}
}

async function setUp(provider: ethers.JsonRpcApiProvider, privateKey: string): Promise<L1> {
	const signer = new ethers.Wallet(privateKey, provider);
	const account = await createL1Account((method, params) => provider.send(method, [...params]), signer);
	const timing = {
		slotSeconds: SLOT_SECONDS,
		tickSeconds: TICK_SECONDS,
		ringSize: RING_SIZE,
		clusterGasPerSlot: CLUSTER_GAS_PER_SLOT,
	};
	const { inbox, registry } = await deployTimeline(signer, timing);
	const { config } = await new ethers.Contract(inbox, INBOX_ABI, provider).getFunction("timeline")();
	const l1 = { provider, signer, account, inbox, genesisTime: Number(config.genesisTime), blobs: [] };
	const allocation = bytesToHex(bundleAllocation(ROLLUPS));
	const activationTick = Math.floor(((await latest(l1)).timestamp + 60 - l1.genesisTime) / TICK_SECONDS);
	for (let index = 0; index < ROLLUPS; index++) {
		const config = {
			chainId: 7_001 + index,
			cluster: Math.min(index, 1),
			gasLimit: GAS_LIMIT,
			feeRecipient: account.address,
			activationTick,
			settlement: ZERO_ADDRESS,
			template: 1,
			genesisHash: ZERO_HASH,
		};
		await registerRollups(signer, registry, [{ config, allocation }]);
	}
	await provider.send("evm_increaseTime", [120]);
	await provider.send("evm_mine", []);
	return l1;
}

/** No transactions, but items like others: what they mean is not what is measured. */
const junk = (label: string): Leg => ({ rollupId: 1, rawTx: new TextEncoder().encode(label) });
const filler = (id: number): Item => ({ kind: "tx", leg: junk(`filler ${id}`) });

function proofTicks(): Item[][] {
	return Array.from({ length: PROOF_TICKS }, (_, tick) =>
		Array.from({ length: PROOF_ITEMS }, (_, index): Item => {
			if (index !== PROOF_BUNDLE) return { kind: "tx", leg: junk(`${tick} ${index}`) };
			return { kind: "bundle", legs: Array.from({ length: PROOF_LEGS }, (_, leg) => junk(`${tick} ${index} ${leg}`)) };
		}),
	);
}

/** Publishes ticks with these items in a block one slot after the last. */
async function publish(l1: L1, ticks: readonly Item[][], target: "blobs" | "calldata"): Promise<Published> {
	const contract = new ethers.Contract(l1.inbox, INBOX_ABI, l1.provider);
	const parent: Hash32 = await contract.getFunction("head")();
	const origin = await latest(l1);
	const timestamp = origin.timestamp + SLOT_SECONDS;
	const first = Math.floor((timestamp - l1.genesisTime) / TICK_SECONDS) - ticks.length + 1;
	const built = buildPublication({
		parent,
		coinbase: l1.account.address,
		l1OriginHash: origin.hash,
		target,
		ticks: ticks.map((items, index) => ({ tick: first + index, l1Origin: origin.number, items })),
	});
	if (!built.ok)
		throw new MeridianError("halt", "bench-l1", `a publication of the bench is too large: ${built.bytes} bytes`);
	const { header, data } = built;
	const args = [parent, packMeta(header), header.ticksRoot, header.l1OriginHash];
	const call =
		target === "blobs"
			? contract.interface.encodeFunctionData("publish", [...args, "0x"])
			: contract.interface.encodeFunctionData("publishCalldata", [...args, data, "0x"]);
	l1.blobs.push(...built.blobs);
	await l1.provider.send("evm_setNextBlockTimestamp", [timestamp]);
	const receipt = await send(l1, call as Hex, await signedBlobs(built.blobs));
	const block = { number: receipt.blockNumber, timestamp };
	return { header, publisher: l1.account.address, block, data, ticks, gas: Number(receipt.gasUsed) };
}

async function signedBlobs(blobs: readonly Uint8Array[]): Promise<SignedBlob[]> {
	return await Promise.all(
		blobs.map(async (blob) => {
			const { cellProofs, commitment, versionedHash } = await blobSidecar(blob);
			return { blob, commitment, proofs: cellProofs, versionedHash };
		}),
	);
}

async function send({ account, inbox, provider }: L1, data: Hex, blobs: readonly SignedBlob[]): Promise<L1Receipt> {
	const call = { to: inbox, data, value: 0n, gasLimit: 10_000_000n };
	const { raw, hash } = await account.sign(call, await account.nonce(), FEES, blobs);
	await account.broadcast(raw);
	await provider.waitForTransaction(hash, 1, 10_000);
	const receipt = await account.receipt(hash);
	if (receipt?.success) return receipt;
	throw new MeridianError("halt", "bench-reverted", `the transaction ${hash} of the bundles bench failed`, { receipt });
}

async function latest({ provider }: Pick<L1, "provider">) {
	const block = await provider.getBlock("latest");
	if (block?.hash == null) throw new MeridianError("halt", "bench-l1", "the development chain has no latest block");
	return { number: block.number, hash: block.hash as Hash32, timestamp: block.timestamp };
}

/** Reads all of L1, derives and executes it, and counts what came after block `ready` until the bundle held. */
async function roundsUntilHeld({ blobs, inbox, provider }: L1, ready: number, bundle: Bundle) {
	const mine: BlobSource = { label: "the bench", candidates: async () => blobs.map((blob) => ({ blob })) };
	const rpc = {
		label: "anvil",
		request: (method: string, params: readonly unknown[]) => provider.send(method, [...params]),
	};
	const source = createL1Source({ rpc, inbox, blobSources: [mine] });
	const { config, genesisHead } = await source.timeline();
	const executor = await createClusterExecutor({ store: await memoryStore(), config, cluster: 1 });
	let state = genesisState(config, genesisHead);
	let [publications, rounds] = [0, 0];
	for (let number = config.startBlock; ; number++) {
		const block = await source.block(number);
		if (block === null) throw new MeridianError("halt", "bench-dropped", "the bundle of the bench did not hold on L1");
		const result = step(config, state, block);
		state = result.state;
		const published = number > ready ? block.logs.filter(({ kind }) => kind === "published").length : 0;
		publications += published;
		if (published > 0) rounds++;
		for (const registered of result.registrations) await executor.register(registered);
		for (const tick of result.ticks) {
			const { outcomes } = await executor.execute(tick);
			const held = outcomes.find((outcome) => outcome.result.kind === "held")?.result;
			if (held?.kind !== "held" || held.legs.length !== bundle.legs.length) continue;
			return { publications, slots: number - ready, rounds };
		}
	}
}
