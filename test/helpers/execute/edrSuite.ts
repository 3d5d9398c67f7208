/**
 * What revm says: the state root, gas and hash of every block, on random transactions that both execute from the same bytes. Run by
 * test/integration/execute-edr.test.ts.
 */
import { expect } from "chai";
import { describe, it } from "mocha";
import { Backing } from "../../../src/execute/backing.ts";
import { BlockBuilder } from "../../../src/execute/block.ts";
import { rollupCommon } from "../../../src/execute/common.ts";
import { decodeTx } from "../../../src/execute/decodeTx.ts";
import { writeGenesisState } from "../../../src/execute/genesis.ts";
import { createRollupVm } from "../../../src/execute/rollupVm.ts";
import { StateTables } from "../../../src/execute/stateTables.ts";
import { bytesToHex, hexToBytes } from "../../../src/primitives/bytes.ts";
import { memoryStore } from "../../../src/store/open.ts";
import { EdrChain } from "./edr.ts";
import { seededRandom } from "./random.ts";
import { COINBASE, TIMELINE } from "./ticks.ts";
import { Traffic, trafficAccounts, trafficAllocation } from "./traffic.ts";

const CHAIN = 7_001;
const BLOCKS = 250;

describe("execution against EDR", function () {
	this.timeout(120_000);

	it("E-26: the same root, gas and block hash for random blocks", async () => {
		const random = seededRandom();
		const accounts = trafficAccounts(8);
		const allocation = trafficAllocation(accounts).map(
			({ address, balance = 0n, nonce = 0n, code = "0x", storage = [] }) => ({
				address,
				balance: balance === 0n ? 1n : balance,
				nonce,
				code: hexToBytes(code),
				storage: storage.map(([key, value]) => [hexToBytes(key), Uint8Array.of(Number(value))] as const),
			}),
		);
		const edr = await EdrChain.create({
			chainId: CHAIN,
			accounts: allocation,
			gasLimit: 30_000_000n,
			genesisTime: BigInt(TIMELINE.genesisTime),
			coinbase: COINBASE,
		});
		const tables = new StateTables(new Backing(await memoryStore()), "x/");
		const vm = await createRollupVm(rollupCommon(CHAIN), tables);
		expect(bytesToHex(writeGenesisState(vm.state, allocation))).to.equal((await edr.latest()).stateRoot);

		// EDR has no EIP-2935 contract to read block hashes from; it remembers them.
		const hashes: Uint8Array[] = [hexToBytes((await edr.latest()).hash)];
		const getBlock = async (number: number) => ({ hash: () => hashes[number] ?? new Uint8Array(32) });
		Object.assign(vm.vm.evm, { blockchain: { getBlock } });

		const traffic = new Traffic({ random, chainId: CHAIN, accounts, drops: false });
		for (let i = 1; i <= BLOCKS; i++) {
			for (const { address } of accounts) traffic.correct(address, tables.account(address.slice(2))?.nonce ?? 0n);
			// One at a time, so that no delegation makes a transaction of the same block invalid for EDR's pool.
			const raw = traffic.next();
			await edr.mine([bytesToHex(raw)], BigInt(TIMELINE.genesisTime + 2 * i));
			const theirs = await edr.latest();
			const builder = BlockBuilder.begin(vm, {
				number: BigInt(theirs.number),
				parentHash: hexToBytes(theirs.parentHash),
				timestamp: BigInt(theirs.timestamp),
				gasLimit: BigInt(theirs.gasLimit),
				baseFee: BigInt(theirs.baseFeePerGas),
				coinbase: theirs.miner,
				prevRandao: hexToBytes(theirs.mixHash),
				parentBeaconBlockRoot: hexToBytes(theirs.parentBeaconBlockRoot),
				withdrawals: [],
			});
			const decoded = decodeTx(raw, vm.common);
			if ("drop" in decoded) return expect.fail(decoded.drop);
			expect(builder.check(decoded)).to.equal(null);
			await builder.run(decoded);
			const { header } = builder.seal();
			const where = `seed ${random.seed}, block ${i}: ${bytesToHex(raw)}`;
			expect(Number(header.gasUsed), where).to.equal(Number(theirs.gasUsed));
			expect(bytesToHex(header.stateRoot), where).to.equal(theirs.stateRoot);
			expect(bytesToHex(header.hash()), where).to.equal(theirs.hash);
			hashes.push(header.hash());
		}
	});
});
