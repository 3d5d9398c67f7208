/** A beacon chain on anvil with everything that a keeper keeps: oracle, registry with delegates, a timeline's rights, two staked pools. */
import { HDNodeWallet, JsonRpcProvider, Mnemonic } from "ethers";
import { deployPreconfSlasher, deployTimeline } from "../../../deploy/deploy.ts";
import { mined } from "../../../deploy/mined.ts";
import { type BeaconChain, openBeaconAnvil } from "../../../src/devnet/beacon/chain.ts";
import { beaconApi } from "../../../src/l1/beacon/api.ts";
import { type OracleClock, readOracleClock, readProposers } from "../../../src/l1/beacon/oracle.ts";
import { openProver } from "../../../src/l1/beacon/prover.ts";
import type { Address, Hex } from "../../../src/primitives/types.ts";
import { Keeper } from "../../../src/sequencer/keeper/keeper.ts";
import type { KeeperOptions } from "../../../src/sequencer/keeper/types.ts";
import { createL1Account } from "../../../src/sequencer/l1-account.ts";
import { sendCall } from "../../../src/sequencer/l1-send.ts";
import { LookaheadOracle__factory } from "../../../typechain-types/factories/l1/rights/LookaheadOracle__factory.ts";
import { ProposerRegistry__factory } from "../../../typechain-types/factories/l1/rights/ProposerRegistry__factory.ts";
import { ProposerRights__factory } from "../../../typechain-types/factories/l1/rights/ProposerRights__factory.ts";
import { StakedSequencerSet__factory } from "../../../typechain-types/factories/l1/rights/StakedSequencerSet__factory.ts";
import { StakeToken__factory } from "../../../typechain-types/factories/mocks/StakeMocks.sol/StakeToken__factory.ts";
import type { ProposerRights } from "../../../typechain-types/l1/rights/ProposerRights.ts";
import type { StakedSequencerSet } from "../../../typechain-types/l1/rights/StakedSequencerSet.ts";
import { FULU_LAYOUT } from "../l1/beaconState.ts";
import { deployed } from "../l1/deployed.ts";

export const EPOCH = 32;
const GENESIS = 1_800_000_000;
const WEEK = 604_800;
/** Validators below that number have the delegate. */
export const DELEGATED = 8;

const mnemonic = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
/** 0 deploys and opens the first pool, 1 gets withdrawals and is the delegate, 2 opens the second pool; the others are anybody's. */
export const wallet = (index: number): HDNodeWallet => HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`);
const lower = (address: string): Address => address.toLowerCase() as Address;

export interface KeptChain {
	readonly chain: BeaconChain;
	readonly provider: JsonRpcProvider;
	readonly oracle: Address;
	readonly clock: OracleClock;
	readonly rights: ProposerRights;
	readonly stakedSet: StakedSequencerSet;
	readonly pools: readonly string[];
	head(): number;
	/** Fills the slot; those before it are missed. */
	fill(slot: number): Promise<void>;
	keeper(wallet: number, options?: Partial<KeeperOptions>): Promise<Keeper>;
	proposers(epoch: number): Promise<readonly number[] | null>;
	stop(): Promise<void>;
}

export async function openKeptChain(): Promise<KeptChain> {
	const chain = await openBeaconAnvil({ genesisTime: GENESIS, withdrawalAddress: () => lower(wallet(1).address) });
	const provider = new JsonRpcProvider(chain.url, undefined, {
		staticNetwork: true,
		cacheTimeout: -1,
		pollingInterval: 20,
	});
	const signer = wallet(0).connect(provider);
	const oracle = await deployed(
		new LookaheadOracle__factory(signer).deploy(GENESIS, 12, EPOCH, signer.address, 10, FULU_LAYOUT),
	);
	const registry = await deployed(new ProposerRegistry__factory(signer).deploy(oracle, "0x00000000"));
	const stakedSet = await stakedSetOf(signer, oracle);
	const { inbox, rights } = await deployTimeline(signer, {
		proposers: { oracle, proposerRegistry: registry, stakedSet },
	});
	const slasher = await deployPreconfSlasher(signer, inbox, { stakedSet, challengeWindow: 86_400 });
	const set = StakedSequencerSet__factory.connect(stakedSet, signer);
	await mined(await set.bind(inbox, slasher));
	for (const pool of [0, 2]) await mined(await set.connect(wallet(pool).connect(provider)).open(0, 1_000n));
	await chain.startSlots();
	const kept = { oracle: lower(oracle), rights: lower(rights), stakedSet: lower(stakedSet) };
	const clock = await readOracleClock(chain.rpc, kept.oracle);
	const head = (): number => chain.node.forks.head.header.slot;
	const fill = async (slot: number): Promise<void> => await chain.slot(GENESIS + 12 * slot);
	await fill(head() + 1);
	await delegate(chain, kept.oracle, lower(registry), clock);
	await fill(head() + 1);
	return {
		chain,
		provider,
		oracle: kept.oracle,
		clock,
		rights: ProposerRights__factory.connect(rights, signer),
		stakedSet: set,
		pools: [wallet(0).address, wallet(2).address],
		head,
		fill,
		keeper: async (index, options = {}) =>
			new Keeper({
				...kept,
				rpc: chain.rpc,
				beacon: beaconApi(chain.beaconUrl),
				clock,
				account: await createL1Account(chain.rpc.request, wallet(index)),
				...options,
			}),
		proposers: (epoch) => readProposers(chain.rpc, kept.oracle, epoch),
		async stop() {
			provider.destroy();
			await chain.stop();
		},
	};
}

/** Not bound yet; both of its sequencers have their stake. */
async function stakedSetOf(signer: HDNodeWallet, oracle: string): Promise<string> {
	const token = StakeToken__factory.connect(await deployed(new StakeToken__factory(signer).deploy()), signer);
	const parameters = {
		token: await token.getAddress(),
		oracle,
		minimumStake: 1_000n,
		rewardPerPublication: 1n,
		exitDelay: WEEK,
	};
	const set = await deployed(new StakedSequencerSet__factory(signer).deploy(parameters));
	for (const pool of [0, 2]) {
		const owner = wallet(pool).connect(signer.provider);
		await mined(await token.mint(owner.address, 1_000n));
		await mined(await token.connect(owner).approve(set, 1_000n));
	}
	return set;
}

/** All namings and their acceptance, in one block. */
async function delegate(chain: BeaconChain, oracle: Address, registry: Address, clock: OracleClock): Promise<void> {
	const indices = Array.from({ length: DELEGATED }, (_, index) => index);
	const timestamp = chain.node.timeOf(chain.node.forks.head.header.slot);
	const prover = await openProver({
		rpc: chain.rpc,
		beacon: beaconApi(chain.beaconUrl),
		oracle,
		clock,
		timestamp,
		validators: indices,
	});
	const account = await createL1Account(chain.rpc.request, wallet(1));
	let nonce = await account.nonce();
	const send = async (data: string): Promise<unknown> =>
		await sendCall(
			chain.rpc.request,
			account,
			{ to: registry, data: data as Hex, value: 0n, gasLimit: 1_000_000n },
			{ nonce: nonce++ },
		);
	const abi = ProposerRegistry__factory.createInterface();
	for (const index of indices) {
		const { branch, fields, state } = prover.validator(index);
		const parameters = [state, index, [...fields], [...branch], account.address];
		await send(abi.encodeFunctionData("bindByWithdrawal", parameters as never));
	}
	await send(abi.encodeFunctionData("accept", [indices]));
}
