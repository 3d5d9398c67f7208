import { expect } from "chai";
import { describe, it } from "mocha";
import { createClusterExecutor } from "../../../src/execute/executor.ts";
import { nextGasLimit } from "../../../src/execute/rollupTick.ts";
import { bytesToHex, concatBytes, hexToBytes, uintToBytes, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address, Hash32 } from "../../../src/primitives/types.ts";
import { memoryStore } from "../../../src/store/open.ts";
import { ETHER, GWEI, testAccount } from "../../helpers/execute/accounts.ts";
import { alice, bob, carol, onlyBlock, TestChain, verdicts } from "../../helpers/execute/chain.ts";
import {
	active,
	COINBASE,
	deposit,
	encodeAllocation,
	FEE_RECIPIENT,
	registration,
	rich,
	TIMELINE,
	tickOf,
} from "../../helpers/execute/ticks.ts";

const CONTRACT: Address = `0xc0de${"0".repeat(36)}`;
const slot = (n: number): Hash32 => bytesToHex(uintToBytes(n, 32));

describe("which blocks come of a tick", () => {
	it("E-5: none without a transaction or a deposit, not even for a fee credit", async () => {
		const chain = await TestChain.create();
		expect((await chain.run([])).blocks).to.deep.equal([]);
		expect((await chain.run([chain.sign(alice, { nonce: 7 })])).blocks, "only dropped").to.deep.equal([]);
		const { blocks } = await chain.run([chain.sign(alice, { nonce: 0 })]);
		expect(blocks).to.have.length(1);
		expect((await chain.run([])).blocks, "a credit is due").to.deep.equal([]);
		const [, head] = [chain.executor.takeChanges(), chain.executor.heads()[0]];
		expect(head).to.include({ number: 1, hash: blocks[0]?.hash });
		await chain.run([]);
		expect([...chain.executor.takeChanges().keys()], "a quiet tick writes nothing").to.deep.equal([]);
	});

	it("E-5, E-8: a deposit alone makes a block", async () => {
		const chain = await TestChain.create();
		const result = await chain.run([], { deposits: [deposit(1, 0, carol.address, 5n)] });
		const block = onlyBlock(result);
		expect(block.transactions).to.have.length(0);
		expect(chain.executor.getBalance(1, carol.address)).to.equal(5n * GWEI);
	});

	it("E-6: fields", async () => {
		const chain = await TestChain.create({ activationTick: 50 });
		const first = await chain.run([chain.sign(alice, { nonce: 0 })]);
		const input = chain.next({ items: [chain.item(chain.sign(alice, { nonce: 1 }))], skip: 12 });
		const second = await chain.executor.execute(input);
		const { header } = onlyBlock(second);
		expect(input.tick).to.equal(63);
		expect(header.number).to.equal(2n);
		expect(bytesToHex(header.parentHash)).to.equal(first.blocks[0]?.hash);
		expect(header.timestamp).to.equal(BigInt(TIMELINE.genesisTime + 63 * 2));
		const random = concatBytes(hexToBytes(input.l1Origin.prevRandao), uintToBytes(63, 8), uintToBytes(1, 4));
		expect(bytesToHex(header.mixHash)).to.equal(keccakHex(random));
		expect(bytesToHex(header.parentBeaconBlockRoot ?? new Uint8Array(0))).to.equal(input.l1Origin.hash);
		expect(header.coinbase.toString()).to.equal(COINBASE);
		expect(header.extraData).to.have.length(0);
		expect([header.blobGasUsed, header.excessBlobGas]).to.deep.equal([0n, 0n]);
		const [described] = second.blocks;
		expect(described).to.include({
			tick: 63,
			chainId: 7_001,
			number: 2,
			transactions: 1,
			withdrawals: 1,
			gasUsed: 21_000,
		});
		expect(described?.hash).to.equal(bytesToHex(header.hash()));
	});

	it("E-6, D-8: the coinbase of an inserted tick is the rollup's fee recipient at that tick", async () => {
		const chain = await TestChain.create();
		const settings = { feeRecipient: carol.address };
		const result = await chain.run([chain.sign(alice, { nonce: 0 })], { coinbase: null, settings });
		expect(onlyBlock(result).header.coinbase.toString()).to.equal(carol.address);
	});

	it("E-6: the base fee moves as in EIP-1559, up and down", async () => {
		const burner = { address: CONTRACT, code: "0x5b5f56" } as const;
		const chain = await TestChain.create({ gasLimit: 5_000_000, extra: [burner] });
		const fees: bigint[] = [];
		for (let nonce = 0; nonce < 4; nonce++) {
			const full = nonce % 2 === 0;
			const raw = full
				? chain.sign(alice, { nonce, to: CONTRACT, gas: 5_000_000 })
				: chain.sign(alice, { nonce, gas: 21_000 });
			fees.push(onlyBlock(await chain.run([raw])).header.baseFeePerGas ?? 0n);
		}
		const start = (GWEI * 7n) / 8n;
		const up = start + start / 8n;
		const down = up - (up * (2_500_000n - 21_000n)) / 2_500_000n / 8n;
		expect(fees).to.deep.equal([start, up, down, down + down / 8n]);
	});

	it("E-7: the gas limit moves towards its target as fast as Ethereum allows, and stays there", () => {
		expect(nextGasLimit(30_000_000n, 30_000_000n)).to.equal(30_000_000n);
		expect(nextGasLimit(30_000_000n, 60_000_000n)).to.equal(30_000_000n + 29_296n - 1n);
		expect(nextGasLimit(30_000_000n, 5_000_000n)).to.equal(30_000_000n - 29_295n);
		expect(nextGasLimit(30_000_000n, 30_029_295n)).to.equal(30_029_295n);
		expect(nextGasLimit(30_000_000n, 30_029_296n)).to.equal(30_029_295n);
		expect(nextGasLimit(30_000_000n, 29_970_705n)).to.equal(29_970_705n);
		expect(nextGasLimit(30_000_000n, 29_970_704n)).to.equal(29_970_705n);
	});

	it("E-7: every step on the way is one that Ethereum allows", async () => {
		const chain = await TestChain.create({ gasLimit: 5_000_000 });
		let { header: parent } = onlyBlock(await chain.run([chain.sign(alice, { nonce: 0 })]));
		const limits = new Set<bigint>();
		for (let nonce = 1; nonce < 40; nonce++) {
			const settings = { gasLimit: nonce < 20 ? 80_000_000 : 5_000_000 };
			const { header } = onlyBlock(await chain.run([chain.sign(alice, { nonce })], { settings }));
			header.validateGasLimit(parent);
			limits.add(header.gasLimit);
			parent = header;
		}
		expect(limits.size).to.be.greaterThan(19);
		expect(parent.gasLimit).to.equal(5_000_000n);
	});

	it("E-8: deposits in order, then the credit to whom it was due at the parent's tick; indices run on", async () => {
		const chain = await TestChain.create();
		const deposits = (from: number) => [0, 1].map((i) => deposit(1, from + i, carol.address, BigInt(10 + i)));
		const other = testAccount("another fee recipient").address;
		const first = onlyBlock(await chain.run([chain.sign(alice, { nonce: 0 })], { deposits: deposits(0) }));
		expect(first.withdrawals, "the genesis burnt nothing").to.have.length(2);
		const settings = { feeRecipient: other };
		const second = onlyBlock(await chain.run([chain.sign(alice, { nonce: 1 })], { deposits: deposits(2), settings }));
		const third = onlyBlock(await chain.run([chain.sign(alice, { nonce: 2 })]));
		const list = (block: typeof first) =>
			block.withdrawals?.map(({ index, validatorIndex, address, amount }) => [
				index,
				validatorIndex,
				address.toString(),
				amount,
			]);
		const credit = (block: typeof first) => ((block.header.baseFeePerGas ?? 0n) * 21_000n) / GWEI;
		expect(list(first)).to.deep.equal([
			[0n, 0n, carol.address, 10n],
			[1n, 0n, carol.address, 11n],
		]);
		expect(list(second)).to.deep.equal([
			[2n, 0n, carol.address, 10n],
			[3n, 0n, carol.address, 11n],
			[4n, 1n, FEE_RECIPIENT, credit(first)],
		]);
		expect(list(third)).to.deep.equal([[5n, 1n, other, credit(second)]]);
		expect(chain.executor.getBalance(1, FEE_RECIPIENT)).to.equal(credit(first) * GWEI);
		expect(chain.executor.getBalance(1, other)).to.equal(credit(second) * GWEI);
	});

	it("E-8: no credit after a block that used no gas", async () => {
		const chain = await TestChain.create();
		for (let i = 0; i < 2; i++) {
			const block = onlyBlock(await chain.run([], { deposits: [deposit(1, i, carol.address, 1n)] }));
			expect(block.withdrawals).to.have.length(1);
		}
	});

	it("E-26: contracts see recent block hashes, the l1Origin and the tick's randomness", async () => {
		// Keeps BLOCKHASH(n - 1), BLOCKHASH(n - 2), PREVRANDAO, and what EIP-4788 and EIP-2935 answer.
		// STATICCALL takes gas, address, argument offset and size, result offset and size.
		const call = (address: string) => `60205f60205f73${address}5afa505f51`;
		const program = [
			"60014303405f55",
			"6002430340600155",
			"44600255",
			`425f52${call("000f3df6d732807ef1319fb7b8bb8522d0beac02")}600355`,
			`600143035f52${call("0000f90827f1c53a10cb7a02335b175320002935")}600455`,
		].join("");
		const chain = await TestChain.create({ extra: [{ address: CONTRACT, code: `0x${program}` }] });
		const genesis = chain.executor.heads()[0]?.hash;
		const first = await chain.run([chain.sign(alice, { nonce: 0 })]);
		const second = await chain.run([chain.sign(alice, { nonce: 1, to: CONTRACT, gas: 300_000 })]);
		expect(second.outcomes[0]?.result).to.include({ status: 1 });
		const { header } = onlyBlock(second);
		const stored = [0, 1, 2, 3, 4].map((n) => chain.executor.getStorage(1, CONTRACT, slot(n)));
		expect(stored).to.deep.equal([
			first.blocks[0]?.hash,
			genesis,
			bytesToHex(header.mixHash),
			bytesToHex(header.parentBeaconBlockRoot ?? new Uint8Array(0)),
			first.blocks[0]?.hash,
		]);
	});

	it("executes the rollups of a cluster side by side, and each as if alone", async () => {
		const allocation = encodeAllocation(rich([alice.address, bob.address]));
		const together = await createClusterExecutor({ store: await memoryStore(), config: TIMELINE, cluster: 1 });
		const rollups = [1, 2, 3].map((rollupId) => registration({ rollupId, allocation }));
		for (const rollup of rollups) await together.register(rollup);
		const alone = await Promise.all(rollups.map(({ rollupId }) => TestChain.create({ rollupId, allocation })));
		for (let tick = 1; tick < 6; tick++) {
			const items = alone.flatMap((chain, i) =>
				(tick + i) % 3 === 0
					? []
					: [chain.item(chain.sign(alice, { nonce: chain.executor.getNonce(i + 1, alice.address) }))],
			);
			const all = await together.execute(
				tickOf(tick, { rollups: rollups.map((rollup) => active(rollup)), items: [...items].reverse() }),
			);
			const each = await Promise.all(
				alone.map((chain, i) =>
					chain.executor.execute(tickOf(tick, { rollups: [active(rollups[i] ?? chain.rollup)], items })),
				),
			);
			expect(all.blocks.map(({ hash }) => hash)).to.deep.equal(
				each.flatMap(({ blocks }) => blocks.map(({ hash }) => hash)),
			);
			expect(verdicts(all)).to.include("included");
		}
	});

	it("has nothing to say about rollups it does not know", async () => {
		const chain = await TestChain.create();
		expect(chain.executor.getBalance(5, alice.address)).to.equal(0n);
		expect(chain.executor.getNonce(5, alice.address)).to.equal(0n);
		expect(chain.executor.getStorage(5, alice.address, slot(1))).to.equal(ZERO_HASH);
		expect(chain.executor.getBalance(1, alice.address)).to.equal(1_000n * ETHER);
	});
});
