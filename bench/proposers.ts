/** A timeline of L1's proposers for the gas bench: every slot owned, each by another validator's delegate; oracle and registry are mocks. */
import type { ethers } from "ethers";
import { deployTimeline, type TimelineAddresses, type TimelineOptions } from "../deploy/deploy.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import { ProposerRights__factory } from "../typechain-types/factories/l1/rights/ProposerRights__factory.ts";
import { DelegatesMock__factory } from "../typechain-types/factories/mocks/rights/DelegatesMock__factory.ts";
import { LookaheadMock__factory } from "../typechain-types/factories/mocks/rights/LookaheadMock__factory.ts";
import type { ProposerRights } from "../typechain-types/l1/rights/ProposerRights.ts";
import type { LookaheadMock } from "../typechain-types/mocks/rights/LookaheadMock.ts";

export interface RightsCost {
	readonly name: "check";
	readonly warm: boolean;
	readonly gas: number;
}

export interface ProposerBench {
	readonly addresses: TimelineAddresses;
	/** Ticks of a window end so many seconds before its last slot begins. */
	readonly lead: number;
	/** Asks in an epoch sealed on recycled places, whose first slot then is the chain's. */
	measure(): Promise<RightsCost[]>;
}

interface StructLog {
	readonly gas: number;
	readonly gasCost: number;
}

const SLOT_SECONDS = 12;
const SLOTS_PER_EPOCH = 32;
/** Epochs that the module remembers. */
const EPOCHS = 512;
const LEAD = 4;
/** EIP-2929: what the Inbox pays to call the module. */
const COLD_CALL = 2_600;
const VALIDATORS = Array.from({ length: SLOTS_PER_EPOCH }, (_, index) => 1_000_000 + index);

interface Parts {
	readonly signer: ethers.Wallet;
	readonly provider: ethers.JsonRpcApiProvider;
	readonly oracle: LookaheadMock;
	readonly rights: ProposerRights;
	readonly beaconGenesisTime: number;
}

/** The signer is every validator's delegate. Throws as `deployTimeline`. */
export async function createProposerBench(signer: ethers.Wallet, options: TimelineOptions): Promise<ProposerBench> {
	const provider = signer.provider as ethers.JsonRpcApiProvider;
	const now = await latestTime(provider);
	const beaconGenesisTime = now - (now % SLOT_SECONDS);
	const oracle = await new LookaheadMock__factory(signer).deploy(beaconGenesisTime, SLOT_SECONDS, SLOTS_PER_EPOCH);
	await oracle.waitForDeployment();
	const delegates = await new DelegatesMock__factory(signer).deploy();
	await delegates.waitForDeployment();
	for (const validator of VALIDATORS) await (await delegates.set(validator, signer.address)).wait();
	const addresses = await deployTimeline(signer, {
		...options,
		proposers: {
			oracle: await oracle.getAddress(),
			proposerRegistry: await delegates.getAddress(),
			handoverLead: LEAD,
		},
	});
	const rights = ProposerRights__factory.connect(addresses.rights, signer);
	const parts: Parts = { signer, provider, oracle, rights, beaconGenesisTime };
	return { addresses, lead: LEAD, measure: () => measure(parts) };
}

async function measure(parts: Parts): Promise<RightsCost[]> {
	const seconds = (await latestTime(parts.provider)) - parts.beaconGenesisTime;
	const epoch = Math.floor(seconds / SLOT_SECONDS / SLOTS_PER_EPOCH) + 2;
	for (const next of [epoch, epoch + EPOCHS]) {
		await beginEpoch(parts, next - 1);
		await (await parts.oracle.set(next, VALIDATORS)).wait();
		await (await parts.rights.seal(next)).wait();
	}
	await beginEpoch(parts, epoch + EPOCHS);
	return [{ name: "check", warm: true, gas: await checkGas(parts, (epoch + EPOCHS) * SLOTS_PER_EPOCH) }];
}

async function beginEpoch({ beaconGenesisTime, provider }: Parts, epoch: number): Promise<void> {
	const time = beaconGenesisTime + epoch * SLOTS_PER_EPOCH * SLOT_SECONDS;
	await provider.send("evm_setNextBlockTimestamp", [time]);
	await provider.send("evm_mine", []);
}

/** Of the call by the Inbox: the call itself, and what the code uses, all cold but the module's account. */
async function checkGas({ provider, rights, signer }: Parts, slot: number): Promise<number> {
	const request = {
		to: await rights.getAddress(),
		data: rights.interface.encodeFunctionData("check", [signer.address, slot, "0x"]),
	};
	await provider.call(request);
	const options = { disableStack: true, disableStorage: true, enableMemory: false };
	const { structLogs }: { structLogs: readonly StructLog[] } = await provider.send("debug_traceCall", [
		request,
		"latest",
		options,
	]);
	const [first, last] = [structLogs[0], structLogs.at(-1)];
	if (first === undefined || last === undefined)
		throw new MeridianError("halt", "bench-l1", "the development chain traced no step of the check of rights");
	return COLD_CALL + Number(first.gas) - Number(last.gas) + Number(last.gasCost);
}

async function latestTime(provider: ethers.Provider): Promise<number> {
	return (await provider.getBlock("latest"))?.timestamp ?? 0;
}
