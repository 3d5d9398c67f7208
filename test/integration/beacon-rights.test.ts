/** Rights of L1's proposers on the devnet's own beacon chain: who opts in, and what the timeline then says of an epoch's slots. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { HDNodeWallet, JsonRpcProvider, Mnemonic, Transaction } from "ethers";
import { after, before, describe, it } from "mocha";
import { deployProposerTimeline, type ProposerTimelineAddresses } from "../../deploy/proposers.ts";
import { type BeaconChain, openBeaconAnvil } from "../../src/devnet/beacon/chain.ts";
import { openBeaconClient } from "../../src/devnet/beacon/realtime.ts";
import { type OptedIn, optIn, prepareEpoch, recordEpoch } from "../../src/devnet/beacon/rights.ts";
import { PROPOSER_REGISTRY, readDelegate, readDelegation } from "../../src/l1/beacon/registry.ts";
import { type Right, rightOf } from "../../src/l1/rights.ts";
import { bytesToHex, ZERO_ADDRESS } from "../../src/primitives/bytes.ts";
import type { Address } from "../../src/primitives/types.ts";
import { createL1Account, type L1Account } from "../../src/sequencer/l1-account.ts";
import { Inbox__factory } from "../../typechain-types/factories/l1/Inbox__factory.ts";
import { codeOf } from "../helpers/l1/errors.ts";

const EPOCH = 32;
const mnemonic = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const wallet = (index: number): HDNodeWallet => HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`);
const withdrawalAddress = (): Address => wallet(3).address.toLowerCase() as Address;

/** Long enough for what is set up; then the clock is in the epoch that is prepared. */
const HEAD_START = 2 * EPOCH * 2;

const CHAINS = {
	anvil: { slotSeconds: 12, open: () => openBeaconAnvil({ genesisTime: 1_800_000_000, withdrawalAddress }) },
	"a real execution client": {
		slotSeconds: 2,
		open: () => openBeaconClient({ slotSeconds: 2, headStart: HEAD_START, withdrawalAddress }),
	},
} as const;

for (const [name, { open, slotSeconds }] of Object.entries(CHAINS))
	describe(`rights on the devnet's beacon chain, on ${name}`, function () {
		this.timeout(120_000);
		let chain: BeaconChain;
		let provider: JsonRpcProvider;
		let contracts: ProposerTimelineAddresses;
		let keeper: L1Account;
		let withdrawer: L1Account;
		let delegates: readonly L1Account[];
		let opted: OptedIn;

		const account = (index: number): Promise<L1Account> => createL1Account(chain.rpc.request, wallet(index));
		const startOf = (slot: number): number => chain.genesisTime + slot * slotSeconds;
		const delegateOf = (validator: number): Address | null =>
			delegates.find((_, of) => opted.validators[of]?.includes(validator))?.address ?? null;
		/** The beacon node's own answer. */
		const foretold = async (epoch: number): Promise<number[]> => {
			const answer = await fetch(`${chain.beaconUrl}/eth/v1/validator/duties/proposer/${epoch}`);
			const { data } = (await answer.json()) as { data: { validator_index: string }[] };
			return data.map(({ validator_index }) => Number(validator_index));
		};

		before(async () => {
			chain = await open();
			provider = new JsonRpcProvider(chain.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
			provider.pollingInterval = 20;
			contracts = await deployProposerTimeline(wallet(0).connect(provider), {
				shared: { beaconGenesisTime: chain.genesisTime, slotSeconds, fromEpoch: 0 },
			});
			keeper = await account(0);
			withdrawer = await account(3);
			delegates = [await account(4), await account(5)];
		});
		after(async () => {
			provider?.destroy();
			await chain?.stop();
		});

		it("is refused with too few validators, or another's withdrawals", async () => {
			const many = Array.from({ length: 65 }, () => keeper);
			const short = optIn(chain, contracts, { withdrawer, delegates: many });
			expect(await codeOf(short)).to.equal("usage no-share");
			const others = optIn(chain, contracts, { withdrawer: keeper, delegates });
			expect(await codeOf(others)).to.equal("usage not-withdrawal-address");
			expect((await readDelegation(chain.rpc, contracts.proposerRegistry, 0)).nonce).to.equal(0);
		});

		it("a third of the validators for each of two delegates, from the second epoch after on (R-8)", async () => {
			opted = await optIn(chain, contracts, { withdrawer, delegates });
			expect(opted.validators.map((share) => share.length)).to.deep.equal([22, 21]);
			expect(opted.fromEpoch).to.equal(2);
			for (const validator of [0, 1, 2, 3, 61, 62, 63]) {
				const of = (epoch: number) => readDelegate(chain.rpc, contracts.proposerRegistry, validator, epoch);
				expect(await of(1)).to.equal(ZERO_ADDRESS);
				expect(await of(2)).to.equal(delegateOf(validator) ?? ZERO_ADDRESS);
			}
		});

		it("the first by its key, the others by their withdrawal address, in slots of the past", () => {
			const named = new Map<string, number[]>();
			for (let slot = 1; slot < EPOCH; slot++)
				for (const bytes of chain.node.forks.at(slot)?.signed?.message.body.executionPayload.transactions ?? []) {
					const { data, to } = Transaction.from(bytesToHex(bytes));
					const call =
						to?.toLowerCase() === contracts.proposerRegistry ? PROPOSER_REGISTRY.parseTransaction({ data }) : null;
					if (call === null || call.name === "accept") continue;
					named.set(call.name, [...(named.get(call.name) ?? []), Number(call.args.validatorIndex)]);
				}
			expect(named.get("bindByKey")).to.deep.equal([0]);
			expect(named.get("bindByWithdrawal")).to.have.members(opted.validators.flat().slice(1));
		});

		it("a prepared epoch has windows of both, as the beacon node foretells its proposers (R-6, R-12, R-13, R-15)", async () => {
			await prepareEpoch(chain, contracts, keeper, 2);
			expect(chain.node.forks.head.header.slot).to.be.within(EPOCH + 1, 2 * EPOCH - 1);
			const expected = await windowsOf(2);
			expect(expected.map(({ sequencer }) => sequencer)).to.include.members(delegates.map(({ address }) => address));
			for (const [place, right] of expected.entries())
				expect(await rightOf(chain.rpc, contracts.rights, 2 * EPOCH + place), `slot ${place}`).to.deep.equal(right);
			// Done before: nothing changes.
			await recordEpoch(chain, contracts, keeper, 2);
		});

		it("its proposers then propose, and the next epoch is made known while slots go by", async () => {
			await chain.startSlots();
			await chain.slot(startOf(2 * EPOCH));
			const again = (): Promise<string> =>
				recordEpoch(chain, contracts, keeper, 3).then(
					() => "done",
					(error: unknown) => codeOf(Promise.reject(error)),
				);
			// The epoch's first block knows the state before the epoch.
			if (chain.driven) expect(await again()).to.equal("retry epoch-ahead");
			const filling = fillSlowly();
			try {
				for (let result = ""; result !== "done"; result = await again())
					expect(result).to.be.oneOf(["", "usage epoch-ahead", "retry epoch-ahead"]);
			} finally {
				await filling.stop();
			}
			const { proposerIndex, slot } = chain.node.forks.head.header;
			expect(proposerIndex).to.equal((await foretold(2))[slot - 2 * EPOCH]);
			const [first] = await windowsOf(3);
			expect(await rightOf(chain.rpc, contracts.rights, 3 * EPOCH)).to.deep.equal(first);
		});

		/** The right of each slot of the epoch, from the beacon node's answer and the text of section 3 alone. */
		async function windowsOf(epoch: number): Promise<Right[]> {
			const { config } = await Inbox__factory.connect(contracts.inbox, provider).timeline();
			const [genesis, seconds] = [Number(config.genesisTime), Number(config.tickSeconds)];
			const lead = Math.floor(slotSeconds / 3);
			/** The last tick whose time is not after the start of the slot, less the lead. */
			const lastTick = (slot: number): number => Math.floor((startOf(slot) - lead - genesis) / seconds);
			const owners = (await foretold(epoch)).map(delegateOf);
			const [first, last] = [epoch * EPOCH, epoch * EPOCH + EPOCH - 1];
			return owners.map((_, place) => {
				const next = owners.findIndex((owner, at) => at >= place && owner !== null);
				const before = owners.findLastIndex((owner, at) => at < place && owner !== null);
				const [a, b] = [first + before + 1, next < 0 ? last : first + next];
				return {
					sequencer: owners[next] ?? ZERO_ADDRESS,
					minTick: lastTick(a - 1) + 1,
					maxTick: lastTick(b),
					kind: next < 0 ? 1 : 2,
				};
			});
		}

		/** Does nothing to a chain whose slots the clock fills. */
		function fillSlowly(): { stop(): Promise<void> } {
			let stopped = false;
			const run = async (): Promise<void> => {
				while (!stopped) {
					await chain.slot(startOf(chain.node.forks.head.header.slot + 1));
					await sleep(300);
				}
			};
			const running = run();
			running.catch(() => undefined);
			return {
				stop() {
					stopped = true;
					return running;
				},
			};
		}
	});
