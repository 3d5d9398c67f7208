/** What bundles are made of besides messages and calls: plain legs, sessions, and legs that fail. */
import type { Hash32, RollupId } from "../../../src/primitives/types.ts";
import { signTx, type TestAccount } from "../../helpers/execute/accounts.ts";
import { FAILURES, failureAddress, PUPPET, puppetAbi, runData } from "./contracts.ts";
import type { DraftLeg } from "./draft.ts";
import { ACCOUNTS, CODED, PAUPER, usable, type World } from "./world.ts";

export interface Plan {
	readonly feature: string;
	readonly legs: readonly DraftLeg[];
	/** What the rules say of it, if nothing else of the tick is in its way. */
	readonly expected: "holds" | "drops";
}

export const sender = ({ random }: World): TestAccount => random.some(ACCOUNTS) ?? PAUPER;
export const someRollup = (world: World): RollupId => world.random.some(usable(world)) ?? 1;

/** The usable rollups in a random order. */
export function shuffled<T>({ random }: World, values: readonly T[]): T[] {
	const left = [...values];
	return values.flatMap(() => left.splice(random.below(left.length), 1));
}

/** A leg that succeeds whatever else happens. */
export function plainLeg(world: World, rollupId = someRollup(world)): DraftLeg {
	const { random } = world;
	const base = { rollupId, from: sender(world) };
	switch (random.below(4)) {
		case 0:
			return { ...base, to: PAUPER.address, value: BigInt(1 + random.below(9)), data: "0x", gas: 21_100 };
		case 1:
			return {
				...base,
				to: PUPPET,
				data: puppetAbi.encodeFunctionData("count", [random.below(5)]) as `0x${string}`,
				gas: 60_000,
			};
		case 2:
			return {
				...base,
				to: PUPPET,
				data: runData([
					{ target: failureAddress(0), mayFail: true, data: "0x" },
					{ target: PUPPET, data: puppetAbi.encodeFunctionData("count", [1]) as `0x${string}` },
				]),
				gas: 100_000,
			};
		default:
			return {
				...base,
				to: PUPPET,
				data: puppetAbi.encodeFunctionData("echo", [random.hex(random.below(40))]) as `0x${string}`,
				gas: 40_000,
			};
	}
}

export function plainBundle(world: World): Plan {
	return {
		feature: "free legs",
		legs: Array.from({ length: world.random.between(1, 4) }, () => plainLeg(world)),
		expected: "holds",
	};
}

/** One or two sessions, whose legs are mixed, with free legs between. */
export function sessions(world: World): Plan {
	const { random } = world;
	const names = random.chance(0.3) ? ["one", "two"] : ["one"];
	const legs = Array.from({ length: random.between(2, 5) }, (_, i): DraftLeg => {
		const bound = i < names.length ? names[i] : random.chance(0.8) ? random.some(names) : undefined;
		return { ...plainLeg(world), ...(bound === undefined ? {} : { bound }) };
	});
	return { feature: names.length > 1 ? "two sessions" : "a session", legs, expected: "holds" };
}

/** A helper tag alone hurts nobody. */
export function idleHelper(world: World): Plan {
	const legs = [{ ...plainLeg(world), bound: "one" }, { ...plainLeg(world), helper: "one" }, plainLeg(world)];
	return { feature: "an idle helper", legs: shuffled(world, legs), expected: "holds" };
}

const bond = (hash: string): Hash32 => `0x${Buffer.from("MRDNbond").toString("hex")}${hash.slice(2)}`;

const MAX_TX_GAS = 2 ** 24;

/** Each fails in its own way; as a leg it takes the bundle with it. */
export function failingLegs(
	world: World,
	rollupId = someRollup(world),
): readonly (readonly [name: string, leg: DraftLeg])[] {
	const { random } = world;
	const plain: DraftLeg = { rollupId, from: sender(world), to: PAUPER.address, data: "0x", gas: 21_000 };
	const blockGas = Math.min(world.tick.rollups.get(rollupId)?.gasLimit ?? 0, MAX_TX_GAS);
	return [
		...FAILURES.map(([name], i) => [name, { ...plain, to: failureAddress(i), gas: 60_000 }] as const),
		["too high a nonce", { ...plain, nonceOffset: 1 + random.below(3) }],
		["no money", { ...plain, from: PAUPER }],
		["more than there is", { ...plain, value: 10n ** 27n }],
		["a sender with code", { ...plain, from: CODED }],
		["too low a fee", { ...plain, feeCap: 1n }],
		["another chain", { ...plain, chainId: 31_337 }],
		["random bytes", { ...plain, raw: random.bytes(random.below(80)) }],
		["a blob transaction", { ...plain, raw: Buffer.from([3, ...random.bytes(20)]) }],
		["no bytes", { ...plain, raw: new Uint8Array(0) }],
		["less than intrinsic gas", { ...plain, gas: 20_000 - 2_400 }],
		["more gas than a block", { ...plain, gas: blockGas + 1 }],
		["more gas than a transaction may have", { ...plain, gas: MAX_TX_GAS + 1 }],
		["too many deliveries", { ...plain, deliveries: Array.from({ length: 65 }, () => random.hex(32)) }],
		["a helper of no session", { ...plain, helper: "nobody's" }],
		["bound to two sessions", { ...plain, keys: [bond(random.hex(24)), bond(random.hex(24))] }],
		["no chain id", { ...plain, raw: signTx(plain.from, { type: 0, chainId: null, nonce: 0, to: plain.to }) }],
		["a session of others", { ...plain, keys: [bond(random.hex(24))] }],
	];
}
