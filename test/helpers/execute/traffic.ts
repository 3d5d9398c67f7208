/**
 * Seeded traffic for one rollup that meets most of what Ethereum has: all types, creations, storage set and cleared,
 * self-destruction, precompiles, delegations, reverts, empty accounts; and transactions that must be dropped.
 */
import { bytesToHex, concatBytes, hexToBytes, uintToBytes } from "../../../src/primitives/bytes.ts";
import type { Address, Hex } from "../../../src/primitives/types.ts";
import { ETHER, GWEI, signTx, type TestAccount, type TxRequest, testAccount } from "./accounts.ts";
import { push, randomProgram } from "./programs.ts";
import type { Random } from "./random.ts";
import type { AllocatedAccount } from "./ticks.ts";

const CONTRACT = (n: number): Address => `0xc0de${n.toString(16).padStart(36, "0")}`;

/** `sstore(calldataload(0), calldataload(32))`. */
const STORE = "0x5f35602035905500";
/** Logs its calldata with the caller as topic; reverts without calldata. */
const LOGGER = "0x366007575f5ffd5b365f5f3733365fa1";
/** Creates a contract from its calldata by CREATE2 with salt 0, then calls it and keeps whether that went well. */
const FACTORY = "0x365f5f375f365f5ff55f5f5f5f5f855af15f5500";
/** Calls the address in calldata's first word with the rest and the value, and keeps success and a hash of the answer. */
const CALLER = "0x6020360360205f375f5f602036035f345f355af15f553d5f5f3e3d5f2060015500";
/** Uses gas until there is none. */
const BURNER = "0x5b5f56";

const CONTRACTS = {
	store: CONTRACT(1),
	logger: CONTRACT(2),
	factory: CONTRACT(3),
	caller: CONTRACT(4),
	burner: CONTRACT(5),
} as const;

/** What a genesis must have for the traffic. */
export function trafficAllocation(accounts: readonly TestAccount[]): AllocatedAccount[] {
	return [
		...accounts.map(({ address }) => ({ address, balance: 1_000n * ETHER })),
		{ address: CONTRACTS.store, code: STORE, storage: [[`0x${"00".repeat(31)}07`, 77n]] },
		{ address: CONTRACTS.logger, code: LOGGER },
		{ address: CONTRACTS.factory, code: FACTORY, balance: 10n },
		{ address: CONTRACTS.caller, code: CALLER },
		{ address: CONTRACTS.burner, code: BURNER },
	];
}

const word = (value: bigint | number): Uint8Array => uintToBytes(value, 32);

/** Inputs of every precompile: good ones, empty ones, cut ones. */
const PRECOMPILE_INPUTS: readonly (readonly [address: number, input: Hex])[] = [
	[1, `0x${"00".repeat(128)}`],
	[
		1,
		"0x456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3000000000000000000000000000000000000000000000000000000000000001c9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac80388256084f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada",
	],
	[2, `0x${"ab".repeat(77)}`],
	[3, `0x${"cd".repeat(55)}`],
	[4, `0x${"ef".repeat(100)}`],
	[
		5,
		`0x${"00".repeat(31)}20${"00".repeat(31)}20${"00".repeat(31)}20${"03".repeat(32)}${"ff".repeat(32)}${"fd".repeat(32)}`,
	],
	[5, `0x${"00".repeat(30)}0401${"00".repeat(31)}01${"00".repeat(31)}01`],
	[6, `0x${"00".repeat(31)}01${"00".repeat(31)}02${"00".repeat(31)}01${"00".repeat(31)}02`],
	[7, `0x${"00".repeat(31)}01${"00".repeat(31)}02${"00".repeat(30)}1234`],
	[8, "0x"],
	[
		9,
		"0x0000000c48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b61626300000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000300000000000000000000000000000001",
	],
	// EIP-4844: the zero polynomial, whose commitment and proof are the point at infinity; then with a wrong hash.
	[
		0x0a,
		`0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014${"00".repeat(64)}c0${"00".repeat(47)}c0${"00".repeat(47)}`,
	],
	[0x0a, `0x${"00".repeat(96)}c0${"00".repeat(47)}c0${"00".repeat(47)}`],
	[0x0b, `0x${"00".repeat(256)}`],
	[0x0f, "0x"],
	[0x10, `0x${"00".repeat(63)}05`],
	[0x11, `0x${"00".repeat(127)}05`],
	[0x100, `0x${"11".repeat(160)}`],
];

export interface TrafficOptions {
	readonly random: Random;
	readonly chainId: number;
	readonly accounts: readonly TestAccount[];
	/** Whether to mix in what must be dropped. */
	readonly drops: boolean;
}

/** A source of raw transactions. It counts nonces as if everything valid were included and no delegation had any: see `correct`. */
export class Traffic {
	readonly #options: TrafficOptions;
	readonly #nonces = new Map<Address, bigint>();

	constructor(options: TrafficOptions) {
		this.#options = options;
	}

	/** One raw transaction. */
	next(): Uint8Array {
		const { random, drops } = this.#options;
		return drops && random.below(8) === 0 ? this.#invalid() : this.#valid();
	}

	/** The account's next nonce is what the chain says. */
	correct(address: Address, nonce: bigint): void {
		this.#nonces.set(address, nonce);
	}

	#send(request: Partial<TxRequest> & { to: Address | null }, from = this.#sender()): Uint8Array {
		const { chainId, random } = this.#options;
		const nonce = this.#nonces.get(from.address) ?? 0n;
		this.#nonces.set(from.address, nonce + 1n);
		const type = request.type ?? random.pick([0, 1, 2, 2] as const);
		return signTx(from, { chainId, nonce, gas: 200_000, type, ...request });
	}

	#sender(): TestAccount {
		return this.#options.random.pick(this.#options.accounts);
	}

	#valid(): Uint8Array {
		const { below, pick, bytes } = this.#options.random;
		const { accounts } = this.#options;
		switch (below(14)) {
			case 0:
			case 1:
				return this.#send({ to: pick(accounts).address, value: BigInt(below(1_000)), gas: 21_000 });
			case 2:
				// Nobody knows this account yet; with value 0 it stays that way (EIP-161).
				return this.#send({ to: bytesToHex(bytes(20)), value: BigInt(below(3)), gas: 60_000 });
			case 3:
			case 4:
				return this.#send({
					to: CONTRACTS.store,
					data: concatBytes(word(below(12)), word(below(3) === 0 ? 0 : below(1_000))),
				});
			case 5:
				return this.#send({ to: CONTRACTS.logger, data: bytes(below(3) * 40), gas: 60_000 });
			case 6:
				return this.#send({ to: CONTRACTS.burner, gas: 30_000 + below(50_000) });
			case 7:
				return this.#precompile();
			case 8:
				return this.#accessList();
			case 9:
				return this.#delegation();
			case 10:
				return this.#factory();
			default:
				return this.#program();
		}
	}

	#precompile(): Uint8Array {
		const [address, input] = this.#options.random.pick(PRECOMPILE_INPUTS);
		const data = concatBytes(word(address), hexToBytes(input));
		return this.#send({ to: CONTRACTS.caller, data, gas: 500_000 });
	}

	#accessList(): Uint8Array {
		const { below, bytes } = this.#options.random;
		const slots = Array.from({ length: below(4) }, () => bytesToHex(word(below(12))));
		const accessList = [[CONTRACTS.store, slots] as const, [bytesToHex(bytes(20)), []] as const];
		const type = below(2) === 0 ? 1 : 2;
		return this.#send({ type, to: CONTRACTS.store, data: concatBytes(word(below(12)), word(5)), accessList });
	}

	/** EIP-7702: to a contract, to nothing, to a precompile, back to none; own, foreign, wrong nonce, wrong chain. */
	#delegation(): Uint8Array {
		const { below, pick } = this.#options.random;
		const from = this.#sender();
		const authorizations = Array.from({ length: 1 + below(3) }, () => {
			const by = below(3) === 0 ? from : pick(this.#options.accounts);
			const right = (this.#nonces.get(by.address) ?? 0n) + (by === from ? 1n : 0n);
			return {
				by,
				chainId: pick([0n, BigInt(this.#options.chainId), BigInt(this.#options.chainId), 9_999n]),
				address: pick([CONTRACTS.store, CONTRACTS.caller, `0x${"00".repeat(20)}`, `0x${"00".repeat(19)}04`] as const),
				nonce: below(4) > 0 ? right : right + 3n,
			};
		});
		return this.#send({ type: 4, to: pick(this.#options.accounts).address, gas: 400_000, authorizations }, from);
	}

	/** Creates by CREATE2 a contract that destroys itself, at once or when called, or fails; often the same one again. */
	#factory(): Uint8Array {
		const { pick } = this.#options.random;
		const runtimes = [
			// Stores, then returns code that self-destructs to the caller.
			`${push(1)}${push(2)}556133ff5f526002601ef3`,
			// Self-destructs in its constructor after storing.
			`${push(9)}${push(1)}5533ff`,
			`${push(9)}${push(1)}5530ff`,
			"5f5ffd",
			"",
		];
		return this.#send({
			to: CONTRACTS.factory,
			data: `0x${pick(runtimes)}`,
			gas: 300_000,
			value: BigInt(this.#options.random.below(2)),
		});
	}

	#program(): Uint8Array {
		const { random, accounts } = this.#options;
		const addresses = [...accounts.map(({ address }) => address), ...Object.values(CONTRACTS)];
		const data = `0x${randomProgram({ random, addresses })}` as const;
		const value = random.below(5) === 0 ? BigInt(random.below(1_000)) : 0n;
		return this.#send({ to: null, data, value, gas: 150_000 + random.below(800_000) });
	}

	/** Each breaks one rule of section 3 of the execution layer's spec. */
	#invalid(): Uint8Array {
		const { below, bytes } = this.#options.random;
		const from = this.#sender();
		const { chainId } = this.#options;
		const nonce = this.#nonces.get(from.address) ?? 0n;
		const plain = { chainId, nonce, to: from.address, gas: 21_000 } as const;
		switch (below(10)) {
			case 0:
				return bytes(below(200));
			case 1:
				return concatBytes(Uint8Array.of(3), bytes(100));
			case 2:
				return signTx(from, { ...plain, type: 0, chainId: null });
			case 3:
				return signTx(from, { ...plain, chainId: chainId + 1, type: below(2) === 0 ? 0 : 2 });
			case 4:
				return signTx(from, { ...plain, gas: 40_000_000 });
			case 5:
				return signTx(from, { ...plain, feeCap: 1n, tip: 0n });
			case 6:
				return signTx(from, { ...plain, nonce: nonce + BigInt(1 + below(3)) });
			case 7:
				return signTx(from, { ...plain, value: 10n ** 27n });
			case 8:
				return signTx(from, { ...plain, gas: 20_999 });
			default:
				return signTx(from, { ...plain, tip: 200n * GWEI });
		}
	}
}

export const trafficAccounts = (count: number): TestAccount[] =>
	Array.from({ length: count }, (_, i) => testAccount(`traffic ${i}`));
