/**
 * A seeded mix of transactions like those of public rollups: transfers, token transfers, approvals, swaps on two routers, and calls of many
 * contracts; popular users, tokens and contracts as skewed as real ones. Signatures are random bytes, which compress as real ones do: not at all.
 */
import { RLP } from "@ethereumjs/rlp";
import { concatBytes, uintToBytes } from "../src/primitives/bytes.ts";
import { keccak256 } from "../src/primitives/hash.ts";

export interface TrafficTx {
	readonly chainId: number;
	readonly legacy: boolean;
	readonly nonce: number;
	readonly tip: bigint;
	readonly feeCap: bigint;
	readonly gas: number;
	readonly to: Uint8Array;
	readonly value: bigint;
	readonly data: Uint8Array;
	readonly yParity: number;
	readonly r: Uint8Array;
	readonly s: Uint8Array;
	readonly raw: Uint8Array;
}

type Random = () => number;

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
function seeded(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

const hashOf = (label: string): Uint8Array => keccak256(new TextEncoder().encode(label));
const addressOf = (label: string): Uint8Array => hashOf(label).subarray(12);
const word = (value: bigint | number): Uint8Array => uintToBytes(value, 32);
const addressWord = (address: Uint8Array): Uint8Array => concatBytes(new Uint8Array(12), address);
const selector = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

/** Draws 0 to n-1, low numbers more often, by Zipf's law. */
function zipf(random: Random, n: number, exponent: number): () => number {
	const sums = new Float64Array(n);
	let total = 0;
	for (let i = 0; i < n; i++) {
		total += 1 / (i + 1) ** exponent;
		sums[i] = total;
	}
	return () => {
		const at = random() * total;
		let low = 0;
		let high = n - 1;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((sums[middle] ?? 0) < at) low = middle + 1;
			else high = middle;
		}
		return low;
	};
}

/** What the kinds of traffic draw from. */
interface World {
	readonly random: Random;
	readonly int: (below: number) => number;
	readonly pick: <T>(values: readonly [T, ...T[]]) => T;
	readonly amount: () => bigint;
	readonly user: () => number;
	readonly token: () => Uint8Array;
	readonly router: () => Uint8Array;
	readonly contract: () => Uint8Array;
	seconds: number;
}

function createWorld(random: Random): World {
	const int = (below: number) => Math.floor(random() * below);
	const pick = <T>(values: readonly [T, ...T[]]): T => values[int(values.length)] ?? values[0];
	const named = (label: string, draw: () => number) => () => addressOf(`${label}${draw()}`);
	return {
		random,
		int,
		pick,
		// Round sums of people, and whatever contracts compute.
		amount: () =>
			random() < 0.35
				? BigInt(1 + int(1_000)) * 10n ** BigInt(pick([6, 15, 16, 17, 18]))
				: BigInt(Math.floor(random() * 2 ** 52)) * BigInt(1 + int(4_096)),
		user: zipf(random, 20_000, 0.8),
		token: named("token", zipf(random, 150, 1.1)),
		router: named("router", zipf(random, 8, 1)),
		contract: named("contract", zipf(random, 300, 1)),
		seconds: 1_763_000_000,
	};
}

type Call = Pick<TrafficTx, "to" | "value" | "data" | "gas">;

const userAddress = (user: number): Uint8Array => addressOf(`user${user}`);

function transfer(world: World): Call {
	// Three in ten recipients have never been seen.
	const to = world.random() < 0.3 ? addressOf(`fresh${world.random()}`) : userAddress(world.user());
	return { to, value: world.amount(), data: new Uint8Array(), gas: 21_000 };
}

function tokenTransfer(world: World): Call {
	const data = concatBytes(selector("a9059cbb"), addressWord(userAddress(world.user())), word(world.amount()));
	return {
		to: world.token(),
		value: 0n,
		data,
		gas: world.pick([51_000, 60_000, 65_000, 52_341 + world.int(900), 100_000]),
	};
}

function approval(world: World): Call {
	const allowance = world.random() < 0.6 ? new Uint8Array(32).fill(0xff) : word(world.amount());
	const data = concatBytes(selector("095ea7b3"), addressWord(world.router()), allowance);
	return { to: world.token(), value: 0n, data, gas: 46_000 + world.int(2_000) };
}

function swap(world: World, user: number): Call {
	const amount = world.amount();
	const least = (amount * BigInt(900 + world.int(100))) / 1_000n + BigInt(world.int(1e6));
	const data = concatBytes(
		selector("04e45aaf"),
		addressWord(world.token()),
		addressWord(world.token()),
		word(world.pick([100, 500, 3_000, 10_000])),
		addressWord(userAddress(user)),
		word(amount),
		word(least),
		word(0),
	);
	return { to: world.router(), value: world.random() < 0.3 ? amount : 0n, data, gas: 150_000 + world.int(120_000) };
}

/** Commands and inputs for a universal router. */
function routedSwap(world: World): Call {
	const amount = world.amount();
	world.seconds += world.int(2);
	const path = concatBytes(world.token(), Uint8Array.of(0, 0x0b, 0xb8), world.token());
	const input = concatBytes(
		...[1n, amount, amount - (amount / 1_000n) * BigInt(world.int(50)), 160n, 1n, BigInt(path.length)].map(word),
		path,
		new Uint8Array((32 - (path.length % 32)) % 32),
	);
	const data = concatBytes(
		selector("3593564c"),
		...[0x60, 0xa0, world.seconds + 1_200, 1].map(word),
		new Uint8Array(32),
		...[1, 32, input.length].map(word),
		input,
	);
	return {
		to: addressOf("universal router"),
		value: world.random() < 0.4 ? amount : 0n,
		data,
		gas: 180_000 + world.int(150_000),
	};
}

function contractCall(world: World): Call {
	const argument = (): Uint8Array => {
		const kind = world.random();
		if (kind < 0.3) return word(world.int(10_000));
		if (kind < 0.55) return addressWord(userAddress(world.user()));
		return kind < 0.7 ? hashOf(`random${world.random()}`) : word(world.amount());
	};
	const method = hashOf(`method${world.int(50)}`).subarray(0, 4);
	const data = concatBytes(method, ...Array.from({ length: 1 + world.int(6) }, argument));
	return { to: world.contract(), value: 0n, data, gas: 80_000 + world.int(400_000) };
}

function draw(world: World, user: number): Call {
	const kind = world.random();
	if (kind < 0.2) return transfer(world);
	if (kind < 0.5) return tokenTransfer(world);
	if (kind < 0.6) return approval(world);
	if (kind < 0.75) return swap(world, user);
	return kind < 0.87 ? routedSwap(world) : contractCall(world);
}

/** A source of transactions, taking the chain of each. */
export function createTraffic(seed: number): (chainId: number) => TrafficTx {
	const random = seeded(seed);
	const world = createWorld(random);
	const nonces = new Map<number, number>();
	return (chainId) => {
		const user = world.user();
		const nonce = nonces.get(user) ?? world.int(300);
		nonces.set(user, nonce + 1);
		const fields = {
			...draw(world, user),
			chainId,
			nonce,
			legacy: random() < 0.05,
			tip: world.pick([1_000_000n, 100_000n, 1_500_000n, 0n, BigInt(world.int(5e6))]),
			feeCap:
				random() < 0.6
					? BigInt(2e6 + world.int(8e6))
					: world.pick([10_000_000n, 100_000_000n, 20_000_000n, 1_000_000_000n]),
			yParity: world.int(2),
			r: hashOf(`r${random()} ${user}`),
			s: hashOf(`s${random()} ${user}`).map((byte, index) => (index === 0 ? byte & 0x7f : byte)),
		};
		return { ...fields, raw: rawOf(fields) };
	};
}

function rawOf(tx: Omit<TrafficTx, "raw">): Uint8Array {
	const signature = [
		BigInt(`0x${Buffer.from(tx.r).toString("hex")}`),
		BigInt(`0x${Buffer.from(tx.s).toString("hex")}`),
	];
	const { chainId, data, feeCap, gas, legacy, nonce, tip, to, value, yParity } = tx;
	if (legacy) return RLP.encode([nonce, feeCap, gas, to, value, data, chainId * 2 + 35 + yParity, ...signature]);
	return concatBytes(
		Uint8Array.of(2),
		RLP.encode([chainId, nonce, tip, feeCap, gas, to, value, data, [], yParity, ...signature]),
	);
}
