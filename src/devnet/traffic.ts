/**
 * What happens on the rollups of a devnet: transfers, a token, a swap pool, things that revert, things that no sequencer should take, and
 * things that nobody could execute. The same seed makes the same traffic.
 */
import { getCreateAddress, Interface, type TransactionLike, type Wallet } from "ethers";
import { hexToBytes } from "../primitives/bytes.ts";
import type { Address, Hex, Item, RollupId } from "../primitives/types.ts";
import type { Submission } from "../sequencer/types.ts";
import { createRandom, type Random } from "./random.ts";
import type { DevnetRollup } from "./setup.ts";
import { DEPLOYER, POOR, USERS, type User } from "./users.ts";

/** Where transactions go: the sequencer's mempool, or past it. */
export interface Ordering {
	submit(rollupId: RollupId, rawTx: Uint8Array): Submission;
	orderUnseen(item: Item): void;
}

/** Creation code of the contracts on every rollup. */
export interface L2Contracts {
	readonly token: Hex;
	readonly pool: Hex;
	/** Of the flash loan over two rollups: token, pair pool, lender, borrower. */
	readonly bundleToken: Hex;
	readonly pair: Hex;
	readonly lender: Hex;
	readonly loan: Hex;
}

export interface TrafficTotals {
	submitted: number;
	/** Refused by the mempool, by reason. */
	readonly refused: Map<string, number>;
	/** Ordered unseen although nothing can execute them. */
	hopeless: number;
}

const GWEI = 1_000_000_000n;
const ETHER = 10n ** 18n;
const TOKENS = 1_000_000n * ETHER;

const erc20 = new Interface([
	"function transfer(address to, uint256 amount) returns (bool)",
	"function mint(address to, uint256 amount)",
]);
const amm = new Interface([
	"constructor(address token)",
	"function addLiquidity(uint256 tokens) payable",
	"function swapEthForTokens(uint256 minimum) payable returns (uint256)",
]);

type Call = Pick<TransactionLike<string>, "to" | "data" | "value" | "gasLimit" | "accessList">;

interface RollupTraffic {
	readonly rollup: DevnetRollup;
	readonly nonces: Map<Address, number>;
	/** Have some of the token. */
	readonly holders: Set<Address>;
	readonly token: Address;
	readonly pool: Address;
}

export class Traffic {
	readonly totals: TrafficTotals = { submitted: 0, refused: new Map(), hopeless: 0 };
	readonly #rollups: readonly RollupTraffic[];
	readonly #ordering: Ordering;
	readonly #contracts: L2Contracts;
	readonly #random: Random;

	constructor(rollups: readonly DevnetRollup[], ordering: Ordering, contracts: L2Contracts, seed: number) {
		this.#rollups = rollups.map((rollup) => ({
			rollup,
			nonces: new Map(),
			holders: new Set(),
			token: getCreateAddress({ from: DEPLOYER.address, nonce: 0 }).toLowerCase() as Address,
			pool: getCreateAddress({ from: DEPLOYER.address, nonce: 1 }).toLowerCase() as Address,
		}));
		this.#ordering = ordering;
		this.#contracts = contracts;
		this.#random = createRandom(seed);
	}

	/** The first transactions of every rollup: the token, and a pool that has some of it. */
	async deployContracts(): Promise<void> {
		const steps: ((world: RollupTraffic) => Call)[] = [
			() => ({ data: this.#contracts.token, gasLimit: 2_000_000n }),
			({ token }) => ({
				data: `${this.#contracts.pool}${amm.encodeDeploy([token]).slice(2)}`,
				gasLimit: 2_000_000n,
			}),
			({ pool, token }) => erc20Call(token, "mint", [pool, 1_000n * ETHER]),
			({ pool }) => ({ ...ammCall(pool, "addLiquidity", [0]), value: 100n * ETHER }),
		];
		for (const step of steps) for (const world of this.#rollups) await this.#send(world, DEPLOYER, step(world));
	}

	/** A few transactions on every rollup, arriving in a mixed order, as they do. */
	async tick(): Promise<void> {
		const count = this.#rollups.length + this.#random.below(this.#rollups.length + 2);
		for (let i = 0; i < count; i++) {
			const world = this.#random.pick(this.#rollups);
			const kind = this.#random.below(10);
			if (kind === 0) await this.#hopeless(world);
			else if (kind === 1) await this.#refusable(world);
			else await this.#ordinary(world, this.#random.pick(USERS));
		}
	}

	async #ordinary(world: RollupTraffic, user: User): Promise<void> {
		const { pool, token } = world;
		const other = this.#random.pick(USERS).address;
		const amount = BigInt(1 + this.#random.below(1_000)) * 10n ** 15n;
		const kind = this.#random.below(10);
		if (kind < 4) return await this.#send(world, user, { to: other, value: amount, gasLimit: 21_000n });
		if (kind < 7) {
			// The first time around a user gets some.
			const first = !world.holders.has(user.address);
			world.holders.add(user.address);
			const call = first
				? erc20Call(token, "mint", [user.address, TOKENS])
				: erc20Call(token, "transfer", [other, amount]);
			return await this.#send(world, user, call);
		}
		if (kind < 8) return await this.#send(world, user, { ...ammCall(pool, "swapEthForTokens", [0]), value: amount });
		// These revert, and are included all the same: more tokens than anyone has, an impossible price.
		if (kind < 9) return await this.#send(world, user, erc20Call(token, "transfer", [other, TOKENS * 10n]));
		await this.#send(world, user, { ...ammCall(pool, "swapEthForTokens", [TOKENS]), value: amount });
	}

	/** What the mempool turns away. */
	async #refusable(world: RollupTraffic): Promise<void> {
		const kind = this.#random.below(3);
		const { rollup } = world;
		if (kind === 0) {
			this.#account(this.#ordering.submit(rollup.rollupId, new Uint8Array([2, 0xc0])));
			return;
		}
		const [user, nonce] = kind === 1 ? ([POOR, 0] as const) : ([this.#random.pick(USERS), 0] as const);
		if (kind === 2 && (world.nonces.get(user.address) ?? 0) === 0) return;
		const raw = await sign(user.wallet, rollup.chainId, nonce, { to: USERS[0]?.address ?? null, value: 1n });
		this.#account(this.#ordering.submit(rollup.rollupId, raw));
	}

	/** What any publisher may order and no rollup can execute: derivation gives it a position and drops it. */
	async #hopeless(world: RollupTraffic): Promise<void> {
		const { chainId, rollupId } = world.rollup;
		const to = USERS[0]?.address ?? null;
		const user = this.#random.pick(USERS);
		const raws = [
			async () => new TextEncoder().encode("not a transaction"),
			// A replay of what was signed for another rollup.
			() => sign(user.wallet, chainId + 1, 0, { to, value: 1n }),
			() => sign(user.wallet, chainId, 1_000_000, { to, value: 1n }),
			() => sign(POOR.wallet, chainId, 0, { to, value: ETHER }),
		] as const;
		this.totals.hopeless++;
		this.#ordering.orderUnseen({ kind: "tx", leg: { rollupId, rawTx: await this.#random.pick(raws)() } });
	}

	async #send(world: RollupTraffic, user: User, call: Call): Promise<void> {
		const nonce = world.nonces.get(user.address) ?? 0;
		const raw = await sign(user.wallet, world.rollup.chainId, nonce, call);
		const submission = this.#ordering.submit(world.rollup.rollupId, raw);
		if (this.#account(submission)) world.nonces.set(user.address, nonce + 1);
	}

	#account(submission: Submission): boolean {
		this.totals.submitted++;
		if (submission.ok) return true;
		this.totals.refused.set(submission.reason, (this.totals.refused.get(submission.reason) ?? 0) + 1);
		return false;
	}
}

/** A signed transaction of type 2, as bytes. */
export async function sign(wallet: Wallet, chainId: number, nonce: number, call: Call): Promise<Uint8Array> {
	const fees = { maxFeePerGas: 20n * GWEI, maxPriorityFeePerGas: GWEI };
	return hexToBytes(await wallet.signTransaction({ type: 2, chainId, nonce, gasLimit: 100_000n, ...fees, ...call }));
}

function erc20Call(to: Address, name: string, args: readonly unknown[]): Call {
	return { to, data: erc20.encodeFunctionData(name, args), gasLimit: 100_000n };
}

function ammCall(to: Address, name: string, args: readonly unknown[]): Call {
	return { to, data: amm.encodeFunctionData(name, args), gasLimit: 200_000n };
}
