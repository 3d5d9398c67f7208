/** A cluster where alice's legs call other rollups, and bob builds. */
import { Wallet } from "ethers";
import { MAILBOX_ADDRESS } from "../../../src/execute/predeploys.ts";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Address, Hex, Leg, RollupId } from "../../../src/primitives/types.ts";
import { bindLegs } from "../../../src/sequencer/bundles/bind.ts";
import { buildBundle } from "../../../src/sequencer/bundles/build.ts";
import type { BuildOptions, Built } from "../../../src/sequencer/bundles/types.ts";
import type { TestAccount } from "../execute/accounts.ts";
import { alice, bob } from "../execute/chain.ts";
import { COUNTER, TestCluster } from "../execute/cluster.ts";
import { mailboxCall } from "../execute/mailbox.ts";

const GWEI = 1_000_000_000n;
export const CALL_GAS = 200_000;

export interface Wanted {
	readonly on: RollupId;
	readonly to?: Address | null;
	readonly data?: Hex;
	readonly from?: TestAccount;
	readonly gas?: number;
}

const walletOf = (account: TestAccount): Wallet => new Wallet(bytesToHex(account.key));

export class BuildWorld {
	readonly cluster: TestCluster;

	constructor(cluster: TestCluster) {
		this.cluster = cluster;
	}

	static async create(rollups = 3): Promise<BuildWorld> {
		return new BuildWorld(await TestCluster.create({ rollups }));
	}

	/** Calldata for the Mailbox (or for the forwarder): a call of a rollup's contract. */
	call(on: RollupId, target: Address = COUNTER, data: Hex = "0x", gas = CALL_GAS): Hex {
		return mailboxCall("call", this.cluster.chainId(on), target, gas, data);
	}

	/** Legs bound to each other and signed by ordinary wallets; alice's to the Mailbox unless said otherwise. */
	async bound(...wanted: readonly Wanted[]): Promise<Leg[]> {
		const nonces = new Map<string, bigint>();
		const { legs } = bindLegs(
			wanted.map(({ on, to = MAILBOX_ADDRESS, data = "0x", from = alice, gas = 3_000_000 }) => {
				const key = `${on}/${from.address}`;
				const nonce = nonces.get(key) ?? this.cluster.executor.getNonce(on, from.address);
				nonces.set(key, nonce + 1n);
				return { on, from, sender: from.address, chainId: this.cluster.chainId(on), nonce, to, data, gas };
			}),
		);
		return await Promise.all(
			legs.map(async ({ accessList, chainId, data, from, gas, nonce, on, to }) => {
				const fees = { maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: GWEI };
				const tx = { type: 2, chainId, nonce: Number(nonce), to, data, gasLimit: gas, accessList, ...fees };
				return { rollupId: on, rawTx: hexToBytes(await walletOf(from).signTransaction(tx)) };
			}),
		);
	}

	async build(intents: readonly Leg[], options: Partial<BuildOptions> = {}): Promise<Built> {
		const helper = walletOf(bob);
		const tick = this.cluster.next();
		return await buildBundle({ executor: this.cluster.executor, tick, intents, helper: () => helper, ...options });
	}
}

const push2 = (value: number): string => `61${value.toString(16).padStart(4, "0")}`;
const CALL_HEAD_BYTES = 3 + 3 + 1 + 1 + 2 + 3 + 2 + 21 + 1 + 1 + 1 + 3 + 1;
/** Copies what was returned and reverts with it. */
const FAIL = "5b3d5f5f3e3d5ffd";

/** Creation code that calls the Mailbox with each of these in turn, and fails if one fails. @param head runs before */
export function script(calls: readonly Hex[], head: (end: number) => string = () => ""): Hex {
	const begin = head(0).length / 2;
	const end = begin + calls.length * CALL_HEAD_BYTES;
	const fail = end + 2;
	let offset = fail + FAIL.length / 2;
	let code = head(end);
	for (const call of calls) {
		const size = (call.length - 2) / 2;
		code += `${push2(size)}${push2(offset)}5f39`;
		code += `5f5f${push2(size)}5f5f73${MAILBOX_ADDRESS.slice(2)}5af115${push2(fail)}57`;
		offset += size;
	}
	// The jump destination in front of the end serves scripts that skip their calls.
	return `0x${code}5b00${FAIL}${calls.map((call) => call.slice(2)).join("")}`;
}

/** A head that skips the calls if the tape has entries: whatever is filled in, it is not what is asked. */
export function onlyWithoutTape(end: number): string {
	const tape = mailboxCall("tape").slice(2, 10);
	return `63${tape}60e01b5f5260605f60045f73${MAILBOX_ADDRESS.slice(2)}5afa50604051${push2(end)}57`;
}
