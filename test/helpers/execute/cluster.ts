/** A cluster of rollups that share an executor. Every block they make is imported by an Ethereum of its own. */
import { expect } from "chai";
import type { ActiveRollup, DerivedTick, RollupRegisteredLog } from "../../../src/derive/types.ts";
import { createClusterExecutor } from "../../../src/execute/executor.ts";
import { gethGenesis } from "../../../src/execute/genesis.ts";
import { MAILBOX_ADDRESS } from "../../../src/execute/predeploys.ts";
import type { ClusterExecutor, TickResult } from "../../../src/execute/types.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import type { Address, Hex, Item, Leg, RollupId } from "../../../src/primitives/types.ts";
import { memoryStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/types.ts";
import { signTx, type TestAccount, type TxRequest } from "./accounts.ts";
import { alice, bob, carol } from "./chain.ts";
import { type GethGenesis, Oracle } from "./oracle.ts";
import {
	type AllocatedAccount,
	active,
	encodeAllocation,
	type RegistrationOptions,
	registration,
	rich,
	TIMELINE,
	type TickOptions,
	tickOf,
} from "./ticks.ts";

/** Counts its calls in slot 0 and returns how many there were. */
export const COUNTER: Address = "0x7000000000000000000000000000000000000001";
/** Calls the Mailbox with what it is called with, and returns or reverts with what that does. */
export const FORWARDER: Address = "0x7000000000000000000000000000000000000002";
/** Reverts with a byte. */
export const REVERTER: Address = "0x7000000000000000000000000000000000000003";
/** Burns all gas. */
export const BURNER: Address = "0x7000000000000000000000000000000000000004";

/** What every rollup here has in its genesis. */
export const CONTRACTS: readonly AllocatedAccount[] = [
	{ address: COUNTER, code: "0x5f54600101805f555f5260205ff3" },
	{
		address: FORWARDER,
		code: `0x365f5f375f5f365f5f73${MAILBOX_ADDRESS.slice(2)}5af13d5f5f3e602a573d5ffd5b3d5ff3`,
	},
	{ address: REVERTER, code: "0x60aa5f5360015ffd" },
	{ address: BURNER, code: "0x5b5f56" },
];

export interface ClusterOptions {
	readonly rollups?: number;
	readonly settings?: RegistrationOptions;
}

export class TestCluster {
	readonly rollups: readonly RollupRegisteredLog[];
	readonly executor: ClusterExecutor;
	readonly store: Store;
	readonly #oracles: ReadonlyMap<RollupId, Oracle>;
	readonly #nonces = new Map<string, number>();
	#tick = 0;

	private constructor(
		rollups: readonly RollupRegisteredLog[],
		executor: ClusterExecutor,
		store: Store,
		oracles: ReadonlyMap<RollupId, Oracle>,
	) {
		this.rollups = rollups;
		this.executor = executor;
		this.store = store;
		this.#oracles = oracles;
	}

	/** Rollups 1, 2, ... of cluster 1 where `alice`, `bob` and `carol` are rich, with the contracts above. */
	static async create({ rollups: count = 3, settings = {} }: ClusterOptions = {}): Promise<TestCluster> {
		const accounts = [...rich([alice, bob, carol].map(({ address }) => address)), ...CONTRACTS];
		const allocation = encodeAllocation(accounts);
		const store = await memoryStore();
		const executor = await createClusterExecutor({ store, config: TIMELINE, cluster: 1 });
		const oracles = new Map<RollupId, Oracle>();
		const rollups: RollupRegisteredLog[] = [];
		for (let rollupId = 1; rollupId <= count; rollupId++) {
			const rollup = registration({ allocation, ...settings, rollupId });
			await executor.register(rollup);
			rollups.push(rollup);
			const file = JSON.stringify(gethGenesis(rollup, TIMELINE));
			oracles.set(rollupId, await Oracle.from(JSON.parse(file) as GethGenesis));
		}
		return new TestCluster(rollups, executor, store, oracles);
	}

	chainId(rollupId: RollupId): number {
		return this.rollups[rollupId - 1]?.config.chainId ?? expect.fail(`no rollup ${rollupId}`);
	}

	/** The account's next nonce, counted by what was signed here. */
	nonce(rollupId: RollupId, account: TestAccount): number {
		return this.#nonces.get(`${rollupId}/${account.address}`) ?? 0;
	}

	/** A leg; its nonce is the account's next one unless it is given. */
	leg(rollupId: RollupId, from: TestAccount, request: Partial<TxRequest> = {}): Leg {
		const nonce = request.nonce ?? this.nonce(rollupId, from);
		if (request.nonce === undefined) this.#nonces.set(`${rollupId}/${from.address}`, Number(nonce) + 1);
		const rawTx = signTx(from, { chainId: this.chainId(rollupId), to: bob.address, gas: 200_000, ...request, nonce });
		return { rollupId, rawTx };
	}

	/** Forgets nonces of transactions that were not included. */
	resync(): void {
		for (const key of this.#nonces.keys()) {
			const [rollupId = "", address] = key.split("/");
			this.#nonces.set(key, Number(this.executor.getNonce(Number(rollupId), address as Address)));
		}
	}

	/** The next tick's input, not executed. */
	next(options: Partial<TickOptions> & { readonly settings?: Partial<ActiveRollup> } = {}): DerivedTick {
		const { settings, ...rest } = options;
		return tickOf(++this.#tick, { rollups: this.rollups.map((rollup) => active(rollup, settings)), ...rest });
	}

	/** Executes the tick and has its blocks imported. */
	async execute(tick: DerivedTick): Promise<TickResult> {
		const result = await this.executor.execute(tick);
		for (const block of result.blocks) {
			const oracle = this.#oracles.get(block.rollupId);
			await oracle?.import(block.rlp);
			expect(block.hash).to.equal(oracle?.hash);
		}
		this.resync();
		return result;
	}

	async run(...items: readonly Item[]): Promise<TickResult> {
		return await this.execute(this.next({ items }));
	}

	/** A slot of the counter. */
	count(rollupId: RollupId): number {
		return Number(this.executor.getStorage(rollupId, COUNTER, `0x${"00".repeat(32)}`));
	}
}

export const single = (leg: Leg): Item => ({ kind: "tx", leg });
export const bundleOf = (...legs: readonly Leg[]): Item => ({ kind: "bundle", legs });

/** Everything a tick left, to be compared. */
export const blocksOf = ({ blocks }: TickResult): readonly [RollupId, Hex][] =>
	blocks.map(({ rollupId, rlp }) => [rollupId, bytesToHex(rlp)]);
