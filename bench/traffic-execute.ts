/** Mixes of transactions for the execution bench: signed ahead, the same bytes for every engine. */
import { Interface } from "ethers";
import { hexToBytes } from "../src/primitives/bytes.ts";
import type { Address, Hex } from "../src/primitives/types.ts";
import {
	createdAddress,
	ETHER,
	GWEI,
	signTx,
	type TestAccount,
	type TxRequest,
	testAccount,
} from "../test/helpers/execute/accounts.ts";
import { Pool__factory } from "../typechain-types/factories/mocks/l2/Pool__factory.ts";
import { Token__factory } from "../typechain-types/factories/mocks/l2/Token__factory.ts";

export type MixName = "transfers" | "tokens" | "swaps";

export interface Mix {
	readonly name: MixName;
	readonly accounts: readonly TestAccount[];
	/** Blocks that prepare contracts and balances; not measured. */
	readonly setup: readonly (readonly Uint8Array[])[];
	/** The next block of so many transactions. */
	block(transactions: number): Uint8Array[];
}

const ACCOUNTS = 500;
const token = new Interface(Token__factory.abi);
const pool = new Interface(Pool__factory.abi);
const encode = (contract: Interface, method: string, values: readonly unknown[]): Hex =>
	contract.encodeFunctionData(method, values) as Hex;

type Call = Pick<TxRequest, "to" | "gas"> & Partial<TxRequest>;

/** Numbers that are the same on every machine. */
function counter(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		return (state >>> 8) % below;
	};
}

export function createMix(name: MixName, chainId: number): Mix {
	const accounts = Array.from({ length: ACCOUNTS }, (_, i) => testAccount(`bench ${i}`));
	const nonces = new Map<Address, number>();
	const random = counter(7);
	const pick = (): TestAccount => accounts[random(ACCOUNTS)] ?? accounts[0] ?? testAccount("none");
	const sign = (from: TestAccount, call: Call): Uint8Array => {
		const nonce = nonces.get(from.address) ?? 0;
		nonces.set(from.address, nonce + 1);
		return signTx(from, { chainId, nonce, feeCap: 100n * GWEI, tip: GWEI, ...call });
	};
	/** One in five goes to somebody new. */
	const recipient = (): Address =>
		random(5) === 0
			? `0x${random(2 ** 24)
					.toString(16)
					.padStart(8, "0")
					.repeat(5)}`
			: pick().address;
	const owner = pick();
	const tokenAddress = createdAddress(owner.address, 0);
	const poolAddress = createdAddress(owner.address, 1);

	const calls: Record<MixName, () => Call> = {
		transfers: () => ({ to: recipient(), gas: 21_000, value: BigInt(1 + random(1_000_000)) * GWEI }),
		tokens: () => ({
			to: tokenAddress,
			gas: 100_000,
			data: encode(token, "transfer", [recipient(), 1 + random(1_000)]),
		}),
		swaps: () =>
			random(2) === 0
				? { to: poolAddress, gas: 200_000, value: GWEI, data: encode(pool, "swapEthForTokens", [0]) }
				: { to: poolAddress, gas: 200_000, data: encode(pool, "swapTokensForEth", [GWEI, 0]) },
	};
	return {
		name,
		accounts,
		setup: name === "transfers" ? [] : setup(sign, owner, accounts, [tokenAddress, poolAddress]),
		block: (transactions) => Array.from({ length: transactions }, () => sign(pick(), calls[name]())),
	};
}

/** Deploys token and pool, gives everybody tokens and lets the pool take them. */
function setup(
	sign: (from: TestAccount, call: Call) => Uint8Array,
	owner: TestAccount,
	accounts: readonly TestAccount[],
	[tokenAddress, poolAddress]: readonly [Address, Address],
): Uint8Array[][] {
	const poolCode = `${Pool__factory.bytecode}${tokenAddress.slice(2).padStart(64, "0")}` as const;
	const deploy = [
		sign(owner, { to: null, gas: 5_000_000, data: hexToBytes(Token__factory.bytecode) }),
		sign(owner, { to: null, gas: 5_000_000, data: hexToBytes(poolCode) }),
	];
	const mint = accounts.map(({ address }) =>
		sign(owner, { to: tokenAddress, gas: 100_000, data: encode(token, "mint", [address, 1_000n * ETHER]) }),
	);
	const approve = accounts.map((account) =>
		sign(account, { to: tokenAddress, gas: 100_000, data: encode(token, "approve", [poolAddress, 2n ** 256n - 1n]) }),
	);
	const fill = sign(owner, {
		to: poolAddress,
		gas: 200_000,
		value: ETHER,
		data: encode(pool, "addLiquidity", [ETHER]),
	});
	const half = accounts.length / 2;
	return [deploy, mint.slice(0, half), mint.slice(half), approve.slice(0, half), approve.slice(half), [fill]];
}
