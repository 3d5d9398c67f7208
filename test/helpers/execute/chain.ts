/** One rollup with an executor, driven tick by tick, for tests of single rules. */
import { type Block, createBlockFromRLP } from "@ethereumjs/block";
import { expect } from "chai";
import type {
	ActiveRollup,
	Deposit,
	DerivedTick,
	RollupRegisteredLog,
	SelectedForced,
} from "../../../src/derive/types.ts";
import { rollupCommon } from "../../../src/execute/common.ts";
import { createClusterExecutor } from "../../../src/execute/executor.ts";
import type { ClusterExecutor, ItemResult, TickResult } from "../../../src/execute/types.ts";
import type { Item } from "../../../src/primitives/types.ts";
import { memoryStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/types.ts";
import { signTx, type TestAccount, type TxRequest, testAccount } from "./accounts.ts";
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
	txItem,
} from "./ticks.ts";

export interface ChainOptions extends RegistrationOptions {
	readonly extra?: readonly AllocatedAccount[];
}

export class TestChain {
	readonly rollup: RollupRegisteredLog;
	readonly executor: ClusterExecutor;
	readonly store: Store;
	#tick: number;

	private constructor(rollup: RollupRegisteredLog, executor: ClusterExecutor, store: Store) {
		this.rollup = rollup;
		this.executor = executor;
		this.store = store;
		this.#tick = rollup.config.activationTick - 1;
	}

	/** A rollup in whose genesis `alice` and `bob` are rich. */
	static async create(options: ChainOptions = {}): Promise<TestChain> {
		const allocation = encodeAllocation([...rich([alice.address, bob.address]), ...(options.extra ?? [])]);
		const rollup = registration({ allocation, ...options });
		const store = await memoryStore();
		const executor = await createClusterExecutor({ store, config: TIMELINE, cluster: rollup.config.cluster });
		await executor.register(rollup);
		return new TestChain(rollup, executor, store);
	}

	/** A raw transaction of this chain. */
	sign(from: TestAccount, request: Partial<TxRequest> & Pick<TxRequest, "nonce">): Uint8Array {
		return signTx(from, { chainId: this.rollup.config.chainId, to: bob.address, ...request });
	}

	item(rawTx: Uint8Array): Item {
		return txItem(this.rollup.rollupId, rawTx);
	}

	/** The next tick's input, not executed. */
	next(options: Partial<TickOptions> & { settings?: Partial<ActiveRollup>; skip?: number } = {}): DerivedTick {
		const { settings, skip = 0, ...rest } = options;
		this.#tick += 1 + skip;
		return tickOf(this.#tick, { rollups: [active(this.rollup, settings)], ...rest });
	}

	/** Executes the next tick with these transactions. */
	async run(
		raws: readonly Uint8Array[],
		rest: {
			forced?: SelectedForced[];
			deposits?: Deposit[];
			settings?: Partial<ActiveRollup>;
			skip?: number;
			coinbase?: null;
		} = {},
	): Promise<TickResult> {
		return this.executor.execute(this.next({ items: raws.map((raw) => this.item(raw)), ...rest }));
	}
}

export const alice = testAccount("alice");
export const bob = testAccount("bob");
export const carol = testAccount("carol, who has nothing");

/** Reasons of what was dropped (`leg 1: nonce` of a bundle's leg), `included` or `held` of the rest, in order. */
export const verdicts = ({ outcomes }: TickResult): string[] => outcomes.map(({ result }) => verdict(result));

function verdict(result: ItemResult): string {
	if (result.kind !== "dropped") return result.kind;
	return result.reason === "leg" ? `leg ${result.leg.place}: ${result.leg.reason}` : result.reason;
}

/** The only block of a tick, decoded. */
export function onlyBlock(result: TickResult): Block {
	expect(result.blocks).to.have.length(1);
	const [block] = result.blocks;
	if (block === undefined) return expect.fail("no block");
	return createBlockFromRLP(block.rlp, { common: rollupCommon(block.chainId) });
}
