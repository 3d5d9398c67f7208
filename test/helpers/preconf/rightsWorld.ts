/** A timeline of L1's proposers on a beacon chain in this process: every contract is the real one, every proof is of a real state. */
import { HDNodeWallet, type Interface, JsonRpcProvider, Mnemonic } from "ethers";
import { deployPreconfSlasher, deployProposerOracle, deployTimeline, registerRollups } from "../../../deploy/deploy.ts";
import { mined } from "../../../deploy/mined.ts";
import { type BeaconChain, openBeaconAnvil } from "../../../src/devnet/beacon/chain.ts";
import { genesisAllocation } from "../../../src/devnet/users.ts";
import { beaconApi } from "../../../src/l1/beacon/api.ts";
import { LOOKAHEAD_ORACLE } from "../../../src/l1/beacon/oracle.ts";
import { openProver, type StateProver } from "../../../src/l1/beacon/prover.ts";
import { type Right, rightOf } from "../../../src/l1/rights.ts";
import { connectL1 } from "../../../src/node/connect.ts";
import { ZERO_ADDRESS, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import type { Address, Hash32, Hex, TimelineConfig } from "../../../src/primitives/types.ts";
import { ForcedInclusion__factory } from "../../../typechain-types/factories/l1/ForcedInclusion__factory.ts";
import { PreconfSlasher__factory } from "../../../typechain-types/factories/l1/PreconfSlasher__factory.ts";
import { ProposerRegistry__factory } from "../../../typechain-types/factories/l1/rights/ProposerRegistry__factory.ts";
import { ProposerRights__factory } from "../../../typechain-types/factories/l1/rights/ProposerRights__factory.ts";
import { StakedSequencerSet__factory } from "../../../typechain-types/factories/l1/rights/StakedSequencerSet__factory.ts";
import { StakeToken__factory } from "../../../typechain-types/factories/mocks/StakeMocks.sol/StakeToken__factory.ts";
import { deployed } from "../l1/deployed.ts";

export const SLOT = 12;
export const EPOCH = 32;
const GENESIS = 1_800_000_000;
const ETHER = 10n ** 18n;
/** Of each of the three who may promise, wei. */
export const BOND = 100n * ETHER;
/** Of the rollup that there is. */
export const ROLLUP = { rollupId: 1, chainId: 7_001 } as const;

const mnemonic = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const account = (index: number): HDNodeWallet => HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`);
/** Pays for everything that is nobody's; owns the validators; two delegates; a pool's sequencer; who shows faults. */
export const [payer, withdrawer, alice, bob, carol, challenger] = [0, 1, 2, 3, 4, 5].map(account) as [
	HDNodeWallet,
	HDNodeWallet,
	HDNodeWallet,
	HDNodeWallet,
	HDNodeWallet,
	HDNodeWallet,
];
export const addressOf = (wallet: { readonly address: string }): Address => wallet.address.toLowerCase() as Address;

export const ABI: Readonly<Record<"registry" | "rights" | "slasher" | "set" | "forced", Interface>> = {
	registry: ProposerRegistry__factory.createInterface(),
	rights: ProposerRights__factory.createInterface(),
	slasher: PreconfSlasher__factory.createInterface(),
	set: StakedSequencerSet__factory.createInterface(),
	forced: ForcedInclusion__factory.createInterface(),
};

export interface WorldOptions {
	readonly timing?: Partial<Pick<TimelineConfig, "maxLag" | "forcedDelay" | "maxOriginAge">>;
	/** Whom each of the 64 validators names; null: nobody. */
	readonly delegates: (validatorIndex: number) => HDNodeWallet | null;
	/** Who opens a pool. */
	readonly pool?: HDNodeWallet;
}

export interface Contracts {
	readonly oracle: Address;
	readonly registry: Address;
	readonly rights: Address;
	readonly set: Address;
	readonly slasher: Address;
	readonly inbox: Address;
	readonly forced: Address;
}

const VALIDATORS = 64;
const GAS = 3_000_000n;
const FEES = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 9n } as const;

export class RightsWorld {
	readonly chain: BeaconChain;
	readonly at: Contracts;
	readonly config: TimelineConfig;
	readonly l1ChainId: number;

	private constructor(chain: BeaconChain, at: Contracts, config: TimelineConfig, l1ChainId: number) {
		this.chain = chain;
		this.at = at;
		this.config = config;
		this.l1ChainId = l1ChainId;
	}

	/** Up to an epoch for which all that want to be delegates are, at its first slot. */
	static async open(options: WorldOptions): Promise<RightsWorld> {
		const chain = await openBeaconAnvil({ genesisTime: GENESIS, withdrawalAddress: () => addressOf(withdrawer) });
		try {
			const at = await deployAll(chain, options);
			await chain.startSlots();
			const { config, l1ChainId } = await connectL1({ rpc: chain.url, inbox: at.inbox }).timeline();
			const world = new RightsWorld(chain, at, config, l1ChainId);
			await world.#delegate(options.delegates);
			return world;
		} catch (error) {
			await chain.stop();
			throw error;
		}
	}

	/** Slot of the newest block. */
	get head(): number {
		return this.chain.node.forks.head.header.slot;
	}

	startOf(slot: number): number {
		return GENESIS + SLOT * slot;
	}

	/** Everything that waits gets into the slot's block. */
	async fill(slot = this.head + 1): Promise<void> {
		await this.chain.slot(this.startOf(slot));
	}

	/** Into the mempool. */
	async send(from: HDNodeWallet, to: Address, data: string, value = 0n): Promise<Hash32> {
		const { rpc } = this.chain;
		const nonce = Number(await rpc.request("eth_getTransactionCount", [from.address, "pending"]));
		const chainId = this.l1ChainId;
		const raw = await from.signTransaction({ type: 2, chainId, nonce, to, data, value, gasLimit: GAS, ...FEES });
		return (await rpc.request("eth_sendRawTransaction", [raw])) as Hash32;
	}

	/** Sends, fills the next slot with it, and says whether it went through. */
	async sendNow(from: HDNodeWallet, to: Address, data: string, value = 0n): Promise<boolean> {
		const hash = await this.send(from, to, data, value);
		await this.fill();
		return await this.went(hash);
	}

	async went(hash: Hash32): Promise<boolean> {
		const receipt = (await this.chain.rpc.request("eth_getTransactionReceipt", [hash])) as { status: Hex } | null;
		return receipt !== null && Number(receipt.status) === 1;
	}

	/** What a contract answers. */
	async ask(abi: Interface, to: Address, name: string, args: readonly unknown[] = []) {
		const data = abi.encodeFunctionData(name, [...args]);
		const answer = await this.chain.rpc.request("eth_call", [{ to, data, from: challenger.address }, "latest"]);
		return abi.decodeFunctionResult(name, String(answer));
	}

	async rightOf(slot: number): Promise<Right | null> {
		return await rightOf(this.chain.rpc, this.at.rights, slot);
	}

	/** Makes the next epoch's proposers and mix known, lets the set draw, and seals, as far as is wanted; in the next block. */
	async prepareNext({ draw = true, seal = true }: { draw?: boolean; seal?: boolean } = {}): Promise<number> {
		const prover = await this.prover();
		const epoch = Math.floor(prover.state.header.slot / EPOCH) + 1;
		const { oracle, rights, set } = this.at;
		if (seal) {
			const { branch, chunks, state } = prover.lookahead(1);
			await this.send(payer, oracle, LOOKAHEAD_ORACLE.encodeFunctionData("publish", [state, 1, chunks, branch]));
			await this.send(payer, rights, ABI.rights.encodeFunctionData("seal", [epoch]));
		}
		if (draw) {
			const { branch, mix, state } = prover.mix(epoch - 2);
			await this.send(payer, oracle, LOOKAHEAD_ORACLE.encodeFunctionData("recordMix", [state, epoch - 2, mix, branch]));
			await this.send(payer, set, ABI.set.encodeFunctionData("draw", [epoch]));
		}
		return epoch;
	}

	/** Proofs from the state before the newest block. */
	async prover(validators: readonly number[] = []): Promise<StateProver> {
		return await openProver({
			rpc: this.chain.rpc,
			beacon: beaconApi(this.chain.beaconUrl),
			oracle: this.at.oracle,
			clock: { genesisTime: GENESIS, slotSeconds: SLOT, slotsPerEpoch: EPOCH },
			timestamp: this.startOf(this.head),
			validators,
		});
	}

	async bondOf(sequencer: { readonly address: string }): Promise<bigint> {
		return (await this.ask(ABI.slasher, this.at.slasher, "bondOf", [sequencer.address])).amount;
	}

	async close(): Promise<void> {
		await this.chain.stop();
	}

	async #delegate(delegates: WorldOptions["delegates"]): Promise<void> {
		const named = Array.from({ length: VALIDATORS }, (_, validator) => ({ validator, to: delegates(validator) }));
		const wanted = named.flatMap(({ to, validator }) => (to === null ? [] : [{ validator, to }]));
		await this.fill();
		await this.fill();
		const prover = await this.prover(wanted.map(({ validator }) => validator));
		for (const { to, validator } of wanted) {
			const { branch, fields, state } = prover.validator(validator);
			const args = [state, validator, fields, branch, to.address];
			await this.send(withdrawer, this.at.registry, ABI.registry.encodeFunctionData("bindByWithdrawal", args));
			// A block takes some thirty of them.
			if (validator % 24 === 23) await this.fill();
		}
		await this.fill();
		for (const delegate of new Set(wanted.map(({ to }) => to))) {
			const own = wanted.filter(({ to }) => to === delegate).map(({ validator }) => validator);
			await this.send(delegate, this.at.registry, ABI.registry.encodeFunctionData("accept", [own]));
		}
		await this.fill();
		// R-8, K-2: in force from the second and the third epoch after on. Slots in between are missed, but for one in each epoch.
		const epoch = Math.floor(this.head / EPOCH);
		for (let next = epoch + 1; next <= epoch + 3; next++) await this.fill(next * EPOCH);
	}
}

async function deployAll(chain: BeaconChain, { pool, timing = {} }: WorldOptions): Promise<Contracts> {
	const provider = new JsonRpcProvider(chain.url, undefined, {
		staticNetwork: true,
		cacheTimeout: -1,
		pollingInterval: 20,
	});
	try {
		const signer = payer.connect(provider);
		const beacon = { beaconGenesisTime: GENESIS, fromEpoch: 0 };
		const { oracle, proposerRegistry } = await deployProposerOracle(signer, beacon);
		const token = await new StakeToken__factory(signer).deploy();
		const parameters = {
			token: await token.getAddress(),
			oracle,
			minimumStake: ETHER,
			rewardPerPublication: 1n,
			exitDelay: 604_800,
		};
		const stakedSet = await deployed(new StakedSequencerSet__factory(signer).deploy(parameters));
		const set = StakedSequencerSet__factory.connect(stakedSet, signer);
		const proposers = { oracle, proposerRegistry, stakedSet, handoverLead: 4 };
		const timeline = await deployTimeline(signer, { tickSeconds: 4, ...timing, proposers });
		const slasher = await deployPreconfSlasher(signer, timeline.inbox, { stakedSet });
		await mined(await set.bind(timeline.inbox, slasher));
		const bonds = PreconfSlasher__factory.connect(slasher, signer);
		for (const { address } of [alice, bob, carol]) await mined(await bonds.add(address, { value: BOND }));
		if (pool !== undefined) {
			const own = pool.connect(provider);
			await mined(await token.mint(own.address, 10n * ETHER));
			await mined(await token.connect(own).approve(stakedSet, 10n * ETHER));
			await mined(await set.connect(own).open(0, 10n * ETHER));
		}
		await register(signer, timeline.registry);
		const { forcedInclusion: forced, inbox, rights } = timeline;
		return {
			oracle: oracle as Address,
			registry: proposerRegistry as Address,
			rights,
			set: stakedSet,
			slasher,
			inbox,
			forced,
		};
	} finally {
		provider.destroy();
	}
}

async function register(signer: HDNodeWallet, registry: Address): Promise<void> {
	const config = {
		chainId: ROLLUP.chainId,
		cluster: 0,
		gasLimit: 30_000_000,
		feeRecipient: addressOf(payer),
		// Long before anybody publishes.
		activationTick: 300,
		settlement: ZERO_ADDRESS,
		template: 1,
		genesisHash: ZERO_HASH,
	};
	await registerRollups(signer, registry, [{ config, allocation: genesisAllocation() }]);
}
