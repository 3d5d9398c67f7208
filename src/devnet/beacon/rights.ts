/**
 * Rights of L1's proposers on the devnet's own beacon chain (docs/spec/rights.md): a known share of the validators names delegates, as
 * their owners would, and epochs are made known to the timeline before they begin, as keepers do.
 */
import { interopSecretKey } from "@lodestar/state-transition";
import { beaconApi } from "../../l1/beacon/api.ts";
import { bindingRoot, type SigningContext, signBinding } from "../../l1/beacon/binding.ts";
import { latestTime, timeToProve } from "../../l1/beacon/epochs.ts";
import { epochOf, LOOKAHEAD_ORACLE, readOracleClock, readProposers, slotAt, startOf } from "../../l1/beacon/oracle.ts";
import { openProver, type StateProver } from "../../l1/beacon/prover.ts";
import { PROPOSER_REGISTRY, readDelegation, readSigningContext } from "../../l1/beacon/registry.ts";
import { PROPOSER_RIGHTS } from "../../l1/seals.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Address, Hex } from "../../primitives/types.ts";
import { offer } from "../../sequencer/fees.ts";
import type { L1Account } from "../../sequencer/l1-account.ts";
import { sendCall, waitForReceipt } from "../../sequencer/l1-send.ts";
import type { BeaconChain } from "./chain.ts";

/** Where the contracts are that rights come from. */
export interface RightsContracts {
	readonly oracle: Address;
	readonly proposerRegistry: Address;
	/** The timeline's `ProposerRights`. */
	readonly rights: Address;
}

/** All that recording an epoch needs of a chain. */
type L1 = Pick<BeaconChain, "rpc" | "beaconUrl">;

export interface OptInOptions {
	/** The account all validators' withdrawals go to. */
	readonly withdrawer: L1Account;
	/** One account each, with ETH for the gas. */
	readonly delegates: readonly L1Account[];
	/** Every validator names somebody. Without it one in `n + 1` does not, with `n` delegates. */
	readonly everybody?: boolean;
}

export interface OptedIn {
	/** Of each delegate, in the order given. */
	readonly validators: readonly (readonly number[])[];
	/** The delegates act from this epoch on. */
	readonly fromEpoch: number;
}

/** More than either needs: 115,000 and 287,000 with the calldata of 45 siblings. */
const WITHDRAWAL_GAS = 200_000n;
const KEY_GAS = 450_000n;

/**
 * Validators name their delegates, and these accept: the first validator by its BLS key, the others by their withdrawal address. Before
 * `startSlots`, when transactions are mined as they come. Throws `usage` (`no-share`, `not-withdrawal-address`) before anything is sent,
 * and what proving and sending throw.
 */
export async function optIn(
	chain: BeaconChain,
	contracts: RightsContracts,
	{ delegates, everybody = false, withdrawer }: OptInOptions,
): Promise<OptedIn> {
	const { proposerRegistry } = contracts;
	const count = chain.node.forks.headState.validators.length;
	const parts = delegates.length + (everybody ? 0 : 1);
	const shares = delegates.map((_, share) => sharesOf(count, parts, share));
	if (shares.some((share) => share.length === 0))
		throw new MeridianError(
			"usage",
			"no-share",
			`${count} validators are too few for ${delegates.length} delegates: each needs one`,
			{ count, delegates: delegates.length },
		);
	const clock = await readOracleClock(chain.rpc, contracts.oracle);
	const prover = await openProver({
		rpc: chain.rpc,
		beacon: beaconApi(chain.beaconUrl),
		oracle: contracts.oracle,
		clock,
		timestamp: await latestTime(chain.rpc),
		validators: shares.flat(),
	});
	for (const validator of shares.flat()) checkWithdrawer(prover, validator, withdrawer.address);
	const namings = shares.flatMap((share, of) =>
		share.map((validatorIndex) => ({ validatorIndex, delegate: (delegates[of] as L1Account).address })),
	);
	const calls = await Promise.all(
		namings.map((naming, place) =>
			place === 0 ? byKey(chain, proposerRegistry, prover, naming) : byWithdrawal(prover, naming),
		),
	);
	await sendAll(withdrawer, proposerRegistry, calls);
	await Promise.all(
		delegates.map((delegate, of) =>
			send(chain, delegate, proposerRegistry, PROPOSER_REGISTRY.encodeFunctionData("accept", [shares[of]]) as Hex),
		),
	);
	return { validators: shares, fromEpoch: epochOf(clock, slotAt(clock, await latestTime(chain.rpc))) + 2 };
}

/**
 * Goes to the epoch before, in slots of the past, and makes the epoch known. On a chain that fills slots by the clock the epoch before
 * must have begun; throws `usage` (`slot-ahead`) if it has not.
 */
export async function prepareEpoch(
	chain: BeaconChain,
	contracts: RightsContracts,
	sender: L1Account,
	epoch: number,
): Promise<void> {
	const clock = await readOracleClock(chain.rpc, contracts.oracle);
	const first = (epoch - 1) * clock.slotsPerEpoch;
	// A block knows the state before it: the second one of the epoch is the first that knows the epoch's.
	const head = slotAt(clock, await latestTime(chain.rpc));
	for (const slot of [first, first + 1]) if (slot > head) await chain.slot(startOf(clock, slot));
	await recordEpoch(chain, contracts, sender, epoch);
}

/**
 * Publishes the epoch's proposers and seals it (R-6, R-12), each unless it is done. L1 must be in the epoch before. Throws `retry`
 * (`epoch-ahead`) as long as its first block is L1's latest, and what proving and sending throw.
 */
export async function recordEpoch(
	{ beaconUrl, rpc }: L1,
	{ oracle, rights }: RightsContracts,
	sender: L1Account,
	epoch: number,
): Promise<void> {
	if ((await readProposers(rpc, oracle, epoch)) === null) {
		const clock = await readOracleClock(rpc, oracle);
		const timestamp = await timeToProve(rpc, clock, epoch);
		const prover = await openProver({ rpc, beacon: beaconApi(beaconUrl), oracle, clock, timestamp });
		const { branch, chunks, epoch: proved, half, state } = prover.lookahead(1);
		if (proved !== epoch)
			throw new MeridianError(
				"retry",
				"epoch-ahead",
				`L1's latest block knows the proposers of epoch ${proved}, not yet those of ${epoch}`,
				{ epoch, hint: "ask again after the next block" },
			);
		const parameters = [state, half, chunks, branch];
		await send({ rpc }, sender, oracle, LOOKAHEAD_ORACLE.encodeFunctionData("publish", parameters) as Hex);
	}
	await send({ rpc }, sender, rights, PROPOSER_RIGHTS.encodeFunctionData("seal", [epoch]) as Hex);
}

/** Every validator whose number leaves `share` when divided by `of`. */
function sharesOf(count: number, of: number, share: number): number[] {
	return Array.from({ length: count }, (_, validator) => validator).filter((validator) => validator % of === share);
}

function checkWithdrawer(prover: StateProver, validator: number, withdrawer: Address): void {
	const { withdrawalCredentials } = prover.validator(validator);
	const address: Address = `0x${withdrawalCredentials.slice(-40)}`;
	if (address === withdrawer) return;
	throw new MeridianError(
		"usage",
		"not-withdrawal-address",
		`The withdrawals of validator ${validator} go to ${address}, not to ${withdrawer}`,
		{ hint: "open the chain with that account as withdrawalAddress" },
	);
}

interface Naming {
	readonly validatorIndex: number;
	readonly delegate: Address;
}

interface Call {
	readonly data: Hex;
	readonly gasLimit: bigint;
}

function provedBy(prover: StateProver, { delegate, validatorIndex }: Naming): readonly unknown[] {
	const { branch, fields, state } = prover.validator(validatorIndex);
	return [state, validatorIndex, fields, branch, delegate];
}

function byWithdrawal(prover: StateProver, naming: Naming): Call {
	const data = PROPOSER_REGISTRY.encodeFunctionData("bindByWithdrawal", [...provedBy(prover, naming)]);
	return { data: data as Hex, gasLimit: WITHDRAWAL_GAS };
}

/** The devnet's validators have the well-known interop keys. */
async function byKey({ rpc }: L1, registry: Address, prover: StateProver, naming: Naming): Promise<Call> {
	const [chainId, { nonce }, context]: [number, { nonce: number }, SigningContext] = await Promise.all([
		rpc.request("eth_chainId", []).then(Number),
		readDelegation(rpc, registry, naming.validatorIndex),
		readSigningContext(rpc, registry),
	]);
	const root = bindingRoot({ chainId, registry, ...naming, nonce }, context);
	const { publicKey, signature } = signBinding(root, interopSecretKey(naming.validatorIndex).toBytes());
	const parameters = [...provedBy(prover, naming), publicKey, signature];
	return { data: PROPOSER_REGISTRY.encodeFunctionData("bindByKey", parameters) as Hex, gasLimit: KEY_GAS };
}

async function send({ rpc }: Pick<L1, "rpc">, account: L1Account, to: Address, data: Hex): Promise<void> {
	await waitForReceipt(account, await sendCall(rpc.request, account, { to, data, value: 0n }));
}

/** All at once, so that they share blocks. Which of them L1 may have refused, whatever comes after them will show. */
async function sendAll(account: L1Account, to: Address, calls: readonly Call[]): Promise<void> {
	const [nonce, fees] = await Promise.all([account.nonce(), account.prices().then(offer)]);
	const signed = await Promise.all(
		calls.map((call, place) => account.sign({ ...call, to, value: 0n }, nonce + place, fees, [])),
	);
	await Promise.all(signed.map(({ raw }) => account.broadcast(raw)));
	const last = signed.at(-1);
	if (last !== undefined) await waitForReceipt(account, last.hash);
}
