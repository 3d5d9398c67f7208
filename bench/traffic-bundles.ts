/**
 * Bundles as a builder would make them, over a cluster of rollups in memory. A contract on rollup 1 calls a contract on every
 * other rollup, one after the other, and reads what each returns: a leg that fills the answers, the user's leg, and a leg per call
 * that makes it for real.
 */
import type { RollupRegisteredLog } from "../src/derive/types.ts";
import { createClusterExecutor } from "../src/execute/executor.ts";
import { MAILBOX_ADDRESS } from "../src/execute/predeploys.ts";
import type { ClusterExecutor, IncludedTx, ItemResult } from "../src/execute/types.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import type { Address, Hash32, Hex, Item, Leg, RollupId } from "../src/primitives/types.ts";
import { memoryStore } from "../src/store/open.ts";
import { signTx, testAccount } from "../test/helpers/execute/accounts.ts";
import {
	mailboxCall,
	messageId,
	requestHash,
	sessionOf,
	type TestMessage,
	tag,
	tagged,
	word,
} from "../test/helpers/execute/mailbox.ts";
import { active, encodeAllocation, registration, rich, TIMELINE, tickOf } from "../test/helpers/execute/ticks.ts";
import { script } from "../test/helpers/sequencer/bundles.ts";

export type Bundle = Extract<Item, { kind: "bundle" }>;

/** Calls a contract on each of the other rollups. */
const CALLER: Address = "0x7000000000000000000000000000000000000001";
/** Calls rollup 2 once, and twice. */
const ONCE: Address = "0x7000000000000000000000000000000000000002";
const TWICE: Address = "0x7000000000000000000000000000000000000003";
/** Counts its calls in slot 0 and returns how many there were. */
const COUNTER: Address = "0x7000000000000000000000000000000000000004";
/** Returns 42: what a call of it costs is what the call itself costs. */
const ANSWERER: Address = "0x7000000000000000000000000000000000000005";

const CALL_GAS = 100_000;
const LEG_GAS = 1_000_000;
/** A price at which the base fee may rise for many full blocks. */
const FEE_CAP = 10n ** 13n;
const user = testAccount("bench user");
const helper = testAccount("bench helper");
const chainIdOf = (rollupId: RollupId): number => 7_000 + rollupId;

interface Call {
	readonly on: RollupId;
	readonly target: Address;
	readonly answer: Hex;
}

export const bundleAllocation = (rollups: number): Uint8Array => {
	const calls = (...on: readonly (readonly [RollupId, Address])[]): Hex =>
		script(on.map(([to, target]) => mailboxCall("call", chainIdOf(to), target, CALL_GAS, "0x")));
	const others = Array.from({ length: rollups - 1 }, (_, index) => index + 2);
	return encodeAllocation([
		...rich([user.address, helper.address]),
		{ address: CALLER, code: calls(...others.map((on) => [on, COUNTER] as const)) },
		{ address: ONCE, code: calls([2, ANSWERER]) },
		{ address: TWICE, code: calls([2, ANSWERER], [2, ANSWERER]) },
		{ address: COUNTER, code: "0x5f54600101805f555f5260205ff3" },
		{ address: ANSWERER, code: "0x602a5f5260205ff3" },
	]);
};

export class BundleCluster {
	readonly #rollups: readonly RollupRegisteredLog[];
	readonly #executor: ClusterExecutor;
	readonly #nonces = new Map<string, number>();
	#held = 0;
	#tick = 0;

	private constructor(rollups: readonly RollupRegisteredLog[], executor: ClusterExecutor) {
		this.#rollups = rollups;
		this.#executor = executor;
	}

	/** Rollups 1, 2, ... of one cluster. */
	static async create(count: number): Promise<BundleCluster> {
		const store = await memoryStore();
		const executor = await createClusterExecutor({ store, config: TIMELINE, cluster: 1 });
		const allocation = bundleAllocation(count);
		const rollups = Array.from({ length: count }, (_, index) => registration({ rollupId: index + 1, allocation }));
		for (const rollup of rollups) await executor.register(rollup);
		return new BundleCluster(rollups, executor);
	}

	/** The next bundle, all of whose answers are right if every bundle before it held. */
	bundle(): Bundle {
		return this.#callAll(CALLER, this.#counted(++this.#held), false);
	}

	/** Like the next bundle, to the last leg; but the last answer is not what that leg then gives. */
	lie(): Bundle {
		const calls = this.#counted(this.#held + 1);
		return this.#callAll(CALLER, [...calls.slice(0, -1), ...calls.slice(-1).map(wrong)], true);
	}

	/** A bundle with one call of a contract that does nothing, or with two. */
	plain(calls: 1 | 2): Bundle {
		const call: Call = { on: 2, target: ANSWERER, answer: word(42) };
		return calls === 1 ? this.#callAll(ONCE, [call], false) : this.#callAll(TWICE, [call, call], false);
	}

	/** A message with a word of data from rollup 1 to an account on rollup 2, sent and delivered. */
	message(nonce: number): { readonly send: Leg; readonly deliver: Leg } {
		const [source, destination] = [chainIdOf(1), chainIdOf(2)];
		const rest = { sender: user.address, target: user.address, minGas: 0, data: word(42) };
		const sent: TestMessage = { source, destination, nonce, ...rest };
		return {
			send: this.#leg(1, user, mailboxCall("send", destination, sent.target, sent.minGas, sent.data)),
			deliver: this.#leg(2, helper, mailboxCall("deliver", sent), [tag("dlvr", messageId(sent))]),
		};
	}

	/** Executes a tick. Seconds are those of the execution, block roots included. */
	async execute(
		items: readonly Item[],
	): Promise<{ readonly seconds: number; readonly results: readonly ItemResult[] }> {
		const tick = tickOf(++this.#tick, { rollups: this.#rollups.map((rollup) => active(rollup)), items });
		const start = performance.now();
		const { outcomes } = await this.#executor.execute(tick);
		const seconds = (performance.now() - start) / 1_000;
		return { seconds, results: outcomes.map(({ result }) => result) };
	}

	/** Gas of the legs that run if this comes next. */
	async gasOfAttempt({ legs }: Bundle): Promise<number> {
		const tick = tickOf(this.#tick + 1, { rollups: this.#rollups.map((rollup) => active(rollup)) });
		const simulation = await this.#executor.simulate(tick, legs);
		return simulation.legs.reduce((sum, { gasUsed }) => sum + gasUsed, 0);
	}

	#counted(answer: number): Call[] {
		return this.#rollups.slice(1).map(({ rollupId }) => ({ on: rollupId, target: COUNTER, answer: word(answer) }));
	}

	#callAll(caller: Address, calls: readonly Call[], inVain: boolean): Bundle {
		const before = new Map(this.#nonces);
		const sender = { chainId: chainIdOf(1), sender: user.address, nonce: this.#nonces.get(`1/${user.address}`) ?? 0 };
		const session = sessionOf([sender]);
		const requests = calls.map(({ on, target }, sequence) => ({
			path: [chainIdOf(1)],
			destination: chainIdOf(on),
			caller,
			target,
			gas: CALL_GAS,
			data: "0x" as const,
			sequence,
		}));
		const entries = requests.map((request, index) => [requestHash(request), true, calls[index]?.answer]);
		const help = [tag("help", session)];
		const legs = [
			this.#leg(1, helper, mailboxCall("fill", session, entries), help),
			this.#leg(1, user, "0x", [tag("bond", session)], caller),
			...serving(calls).map(([on, from, to]) =>
				this.#leg(on, helper, mailboxCall("serve", session, requests.slice(from, to)), help),
			),
		];
		if (inVain) {
			this.#nonces.clear();
			for (const [key, nonce] of before) this.#nonces.set(key, nonce);
		}
		return { kind: "bundle", legs };
	}

	#leg(rollupId: RollupId, from: typeof user, data: Hex, tags: readonly Hash32[] = [], to = MAILBOX_ADDRESS): Leg {
		const key = `${rollupId}/${from.address}`;
		const nonce = this.#nonces.get(key) ?? 0;
		this.#nonces.set(key, nonce + 1);
		const lists = tags.length === 0 ? {} : tagged(...tags);
		const request = { chainId: chainIdOf(rollupId), nonce, gas: LEG_GAS, feeCap: FEE_CAP, to, data, ...lists };
		return { rollupId, rawTx: signTx(from, request) };
	}
}

const wrong = (call: Call): Call => ({ ...call, answer: word(0) });

/** Runs of calls of one rollup: which, from, to. */
function serving(calls: readonly Call[]): [RollupId, number, number][] {
	const runs: [RollupId, number, number][] = [];
	for (const [index, { on }] of calls.entries()) {
		const last = runs.at(-1);
		if (last?.[0] === on) last[2] = index + 1;
		else runs.push([on, index, index + 1]);
	}
	return runs;
}

/** What the item's transactions did. Throws `halt` with code `bench-dropped` if it was dropped or one reverted: it would be cheap and prove nothing. */
export function included(result: ItemResult | undefined): readonly IncludedTx[] {
	const transactions = result?.kind === "held" ? result.legs : result?.kind === "included" ? [result] : [];
	if (transactions.length > 0 && transactions.every(({ status }) => status === 1)) return transactions;
	throw new MeridianError("halt", "bench-dropped", `an item of the bench failed: ${JSON.stringify(result)}`);
}
