/**
 * Bundles on a devnet: a flash loan over two rollups that works, the same with a leg that reverts, and a bundle of a user whom the
 * sequencer refuses. The people sign with ordinary wallets; a builder finds the answers and pays for making the calls.
 */
import { getCreateAddress, Interface, type TransactionLike } from "ethers";
import { MAILBOX_ADDRESS } from "../execute/predeploys.ts";
import type { Address, Hex, Leg, RollupId, Tick } from "../primitives/types.ts";
import { bindLegs } from "../sequencer/bundles/bind.ts";
import type { Built } from "../sequencer/bundles/types.ts";
import type { L1Users } from "./l1-users.ts";
import type { Orderer } from "./ordering.ts";
import type { DevnetRollup } from "./setup.ts";
import { type L2Contracts, sign } from "./traffic.ts";
import { BORROWER, BUILDER, CENSORED, USERS, type User } from "./users.ts";

type Call = Pick<TransactionLike<string>, "to" | "data" | "value" | "gasLimit">;

const COIN = 10n ** 18n;
const SUPPLY = 1_000_000n * COIN;
const BORROWED = 10n * COIN;
const RUN_GAS = 3_000_000n;
const CALL_GAS = 100_000n;
const DEPLOY_GAS = 3_000_000n;

const token = new Interface([
	"constructor(address mailbox, string name, string symbol, uint256 supply)",
	"function link(uint64 chainId, address remote)",
	"function seal()",
	"function transfer(address to, uint256 amount) returns (bool)",
]);
const pair = new Interface(["constructor(address first, address second)"]);
const lending = new Interface(["constructor(address token)"]);
const loan = new Interface([
	"constructor(address mailbox)",
	"function run((address lender, address borrowed, address traded, address pool, uint64 chainId, address remotePool, uint256 amount, uint256 minimumProfit) trade)",
]);

/** The builder's first transactions make these, the same on both rollups. */
const created = (nonce: number): Address => getCreateAddress({ from: BUILDER.address, nonce }).toLowerCase() as Address;
const [coin, leaf, pool, lender, runner] = [0, 1, 2, 3, 4].map(created) as [
	Address,
	Address,
	Address,
	Address,
	Address,
];

export class BundleTraffic {
	readonly #rollups: readonly DevnetRollup[];
	readonly #sequencer: Orderer;
	readonly #contracts: L2Contracts;
	readonly #say: (text: string) => void;
	/** Loans run so far: one that works, one that does not. */
	#loans = 0;
	#deployed = 0;

	constructor(
		rollups: readonly DevnetRollup[],
		sequencer: Orderer,
		contracts: L2Contracts,
		say: (text: string) => void,
	) {
		// A bundle is for one cluster.
		this.#rollups = rollups.filter(({ cluster }) => cluster === rollups[0]?.cluster).slice(0, 2);
		this.#sequencer = sequencer;
		this.#contracts = contracts;
		this.#say = say;
	}

	/** Submits the contracts of the loan, for both rollups; leaves are dear on the first and cheap on the second. */
	async deploy(): Promise<void> {
		const [here, there] = this.#rollups;
		if (here === undefined || there === undefined) return;
		for (const [rollup, other, leaves] of [
			[here, there, 1_000n],
			[there, here, 4_000n],
		] as const) {
			const calls = deployment(this.#contracts, other.chainId, leaves);
			this.#deployed = calls.length;
			for (const [nonce, call] of calls.entries())
				this.#sequencer.submit(rollup.rollupId, await sign(BUILDER.wallet, rollup.chainId, nonce, call));
		}
	}

	/** Whether everything that was to be shown has been handed in. */
	get done(): boolean {
		return this.#rollups.length < 2 || this.#loans === 2;
	}

	/** Before the tick is made: hands in the next loan, as soon as all it needs is there. */
	async tick(tick: Tick): Promise<void> {
		const [here, there] = this.#rollups;
		if (this.done || here === undefined || there === undefined) return;
		const ready = this.#rollups.every(
			({ rollupId }) => this.#nonce(rollupId, BUILDER) >= BigInt(this.#deployed) && this.#deployed > 0,
		);
		if (!ready || (this.#loans === 1 && this.#nonce(here.rollupId, BORROWER) === 0n)) return;
		const works = this.#loans === 0;
		const pay: Call = { to: USERS[0]?.address ?? null, value: 1n, gasLimit: CALL_GAS };
		const run: Call = { to: runner, data: loanCall(there.chainId), gasLimit: RUN_GAS };
		const intents = await this.#bound(BORROWER, [here, run], [there, pay]);
		const built = await this.#sequencer.buildBundle(tick, intents, { helper: () => BUILDER.wallet });
		if (built === null) return;
		if (!built.ok) return this.#say(`no bundle can be built: ${reasonOf(built)}`);
		this.#loans++;
		const { legs } = built.item;
		if (works) {
			const answer = this.#sequencer.submitBundle(legs);
			const text = answer.ok ? `${legs.length} legs` : answer.message;
			return this.#say(`${BORROWER.name} takes a flash loan over ${here.chainId} and ${there.chainId}: ${text}`);
		}
		// A session names senders and nonces, so the same leg can be signed to do something else.
		const [, failing] = await this.#bound(BORROWER, [here, run], [there, { ...pay, to: pool, data: "0xffffffff" }]);
		const last = intents[1];
		const spoilt = legs.map((leg) => (leg.rawTx === last?.rawTx && failing !== undefined ? failing : leg));
		this.#sequencer.orderUnseen({ kind: "bundle", legs: spoilt });
		this.#say("the same once more, but its last leg reverts: nothing may come of it");
	}

	/** The refused user's bundle: refused, then queued on L1. @param used transactions she has queued before, by rollup */
	async goAround(users: L1Users, used: (rollupId: RollupId) => number): Promise<void> {
		const [here, there = here] = this.#rollups;
		if (here === undefined || there === undefined) return;
		const call: Call = { to: USERS[1]?.address ?? null, value: 1n, gasLimit: CALL_GAS };
		const legs = await this.#bound(CENSORED, [here, call, used(here.rollupId)], [there, call, used(there.rollupId)]);
		const answer = this.#sequencer.submitBundle(legs);
		this.#say(`the sequencer ${answer.ok ? "takes" : "refuses"} ${CENSORED.name}'s bundle; she queues it on L1`);
		await users.forceBundle(legs.map((leg) => ({ ...leg, gas: Number(CALL_GAS) })));
	}

	/** Legs of one user, bound to each other and signed. @param wanted each with transactions that come before it from elsewhere */
	async #bound(user: User, ...wanted: readonly (readonly [DevnetRollup, Call, number?])[]): Promise<readonly Leg[]> {
		const own = new Map<RollupId, number>();
		const unsigned = wanted.map(([{ chainId, rollupId }, call, before = 0]) => {
			const nonce = Number(this.#nonce(rollupId, user)) + before + (own.get(rollupId) ?? 0);
			own.set(rollupId, (own.get(rollupId) ?? 0) + 1);
			return { chainId, rollupId, sender: user.address, nonce, call };
		});
		return await Promise.all(
			bindLegs(unsigned).legs.map(async ({ accessList, call, chainId, nonce, rollupId }) => ({
				rollupId,
				rawTx: await sign(user.wallet, chainId, nonce, { ...call, accessList }),
			})),
		);
	}

	#nonce(rollupId: RollupId, { address }: User): bigint {
		return this.#sequencer.nonceOf(rollupId, address);
	}
}

function deployment(contracts: L2Contracts, otherChain: number, leaves: bigint): readonly Call[] {
	const create = (code: Hex, args: string): Call => ({ data: `${code}${args.slice(2)}`, gasLimit: DEPLOY_GAS });
	const call = (to: Address, name: string, args: readonly unknown[] = []): Call => ({
		to,
		data: token.encodeFunctionData(name, args),
		gasLimit: CALL_GAS,
	});
	return [
		create(contracts.bundleToken, token.encodeDeploy([MAILBOX_ADDRESS, "Coin", "COIN", SUPPLY])),
		create(contracts.bundleToken, token.encodeDeploy([MAILBOX_ADDRESS, "Leaf", "LEAF", SUPPLY])),
		create(contracts.pair, pair.encodeDeploy([coin, leaf])),
		create(contracts.lender, lending.encodeDeploy([coin])),
		create(contracts.loan, loan.encodeDeploy([MAILBOX_ADDRESS])),
		...[coin, leaf].flatMap((one) => [call(one, "link", [otherChain, one]), call(one, "seal")]),
		call(coin, "transfer", [pool, 1_000n * COIN]),
		call(leaf, "transfer", [pool, leaves * COIN]),
		call(coin, "transfer", [lender, 100n * COIN]),
	];
}

function loanCall(chainId: number): Hex {
	const trade = [lender, coin, leaf, pool, chainId, pool, BORROWED, 1n];
	return loan.encodeFunctionData("run", [trade]) as Hex;
}

function reasonOf(built: Extract<Built, { ok: false }>): string {
	return built.reason === "LegReverted"
		? `a leg on rollup ${built.rollup} does not work (${built.why} ${built.data.slice(0, 10)})`
		: built.reason;
}
