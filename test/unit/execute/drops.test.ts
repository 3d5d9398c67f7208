/** Section 3 of the execution layer's spec: each reason to drop a transaction, at its edge. */
import { expect } from "chai";
import { describe, it } from "mocha";
import { MAX_BLOCK_TX_BYTES } from "../../../src/primitives/limits.ts";
import type { Item } from "../../../src/primitives/types.ts";
import { ETHER, GWEI, signTx, testAccount } from "../../helpers/execute/accounts.ts";
import { alice, bob, carol, onlyBlock, TestChain, verdicts } from "../../helpers/execute/chain.ts";
import { active, encodeAllocation, forced, registration, rich, tickOf, txItem } from "../../helpers/execute/ticks.ts";

const bundle = (...rawTxs: Uint8Array[]): Item => ({
	kind: "bundle",
	legs: rawTxs.map((rawTx) => ({ rollupId: 1, rawTx })),
});
const BASE_FEE = (GWEI * 7n) / 8n;

describe("which transactions are included", () => {
	it("E-10: unknown-rollup, told by the first cluster only", async () => {
		const chain = await TestChain.create();
		const raw = chain.sign(alice, { nonce: 0 });
		const items = [txItem(9, raw), chain.item(raw), txItem(0, raw)];
		expect(verdicts(await chain.executor.execute(chain.next({ items })))).to.deep.equal([
			"unknown-rollup",
			"included",
			"unknown-rollup",
		]);

		const second = await TestChain.create({ rollupId: 2, cluster: 2 });
		const rollups = [active(chain.rollup), active(second.rollup)];
		const foreign = [txItem(9, raw), txItem(1, raw), txItem(2, second.sign(alice, { nonce: 0 }))];
		const { outcomes } = await second.executor.execute(tickOf(5, { rollups, items: foreign }));
		expect(outcomes).to.have.length(1);
		expect(outcomes[0]?.position).to.deep.equal({ tick: 5, class: 1, index: 2 });
	});

	it("E-10, trap 20: a rollup executes from its activation tick on, not before", async () => {
		const chain = await TestChain.create({ activationTick: 7 });
		const items = [chain.item(chain.sign(alice, { nonce: 0 }))];
		const before = await chain.executor.execute(tickOf(6, { rollups: [], items }));
		expect(verdicts(before)).to.deep.equal(["unknown-rollup"]);
		expect(before.blocks).to.have.length(0);
		const at = await chain.executor.execute(tickOf(7, { rollups: [active(chain.rollup)], items }));
		expect(verdicts(at)).to.deep.equal(["included"]);
		expect(onlyBlock(at).header.number).to.equal(1n);
		const after = await chain.executor.execute(tickOf(8, { rollups: [active(chain.rollup)], items }));
		expect(verdicts(after)).to.deep.equal(["nonce"]);
	});

	it("E-1: rollup-refused, and no block even for a deposit", async () => {
		const chain = await TestChain.create({ template: 2 });
		expect(chain.executor.heads()[0]?.refused).to.equal(true);
		const raw = chain.sign(alice, { nonce: 0 });
		const deposits = [{ rollupId: 1, index: 0, l1Block: 1, l1Timestamp: 1, recipient: bob.address, gwei: 5n }];
		const result = await chain.executor.execute(chain.next({ items: [chain.item(raw), bundle(raw)], deposits }));
		expect(verdicts(result)).to.deep.equal(["rollup-refused", "rollup-refused"]);
		expect(result.blocks).to.have.length(0);
		expect(chain.executor.getBalance(1, alice.address)).to.equal(0n);
	});

	it("E-11, trap 2: forced-over-cap, and what is not over the cap passes every rule that items pass", async () => {
		const chain = await TestChain.create();
		const good = (nonce: number) => ({ rollupId: 1, gas: 100_000, rawTx: chain.sign(alice, { nonce }) });
		const entries = [
			forced(0, [good(0)], true),
			forced(1, [good(0)]),
			forced(2, [good(0)]),
			forced(3, [{ ...good(1), rollupId: 9 }], true),
			forced(4, [good(1), good(2)]),
			forced(5, [{ ...good(3), rawTx: signTx(alice, { chainId: 1, nonce: 3, to: bob.address }) }]),
			forced(6, [{ ...good(3), rawTx: Uint8Array.of(3) }]),
			forced(7, [{ ...good(3), rawTx: chain.sign(carol, { nonce: 0 }) }]),
		];
		const result = await chain.executor.execute(chain.next({ forced: entries }));
		expect(verdicts(result)).to.deep.equal([
			"forced-over-cap",
			"included",
			"nonce",
			"unknown-rollup",
			"held",
			"wrong-chain-id",
			"blob-transaction",
			"balance",
		]);
		expect(result.outcomes.map(({ position }) => [position.class, position.index])).to.deep.equal(
			entries.map((_, index) => [0, index]),
		);
	});

	it("E-13: not-examined after gas limit / 21,000 transactions, forced ones and all legs counted, whatever became of them", async () => {
		// 5,000,000 / 21,000 = 238.
		const chain = await TestChain.create({ gasLimit: 5_000_000 });
		const junk = Uint8Array.of(0);
		const legs = Array.from({ length: 64 }, () => ({ rollupId: 1, gas: 1, rawTx: junk }));
		const entries = [forced(0, legs, true), forced(1, [{ rollupId: 1, gas: 21_000, rawTx: junk }])];
		const items = [
			bundle(...new Array<Uint8Array>(64).fill(junk)),
			...Array.from({ length: 108 }, () => chain.item(junk)),
			chain.item(chain.sign(alice, { nonce: 0, gas: 21_000 })),
			chain.item(chain.sign(alice, { nonce: 1, gas: 21_000 })),
			txItem(9, junk),
			bundle(junk),
		];
		const result = verdicts(await chain.executor.execute(chain.next({ forced: entries, items })));
		expect(result.slice(0, 3)).to.deep.equal(["forced-over-cap", "undecodable", "leg 0: undecodable"]);
		expect(result.slice(-4)).to.deep.equal(["included", "not-examined", "unknown-rollup", "not-examined"]);
		expect(verdicts(await chain.run([chain.sign(alice, { nonce: 1 })])), "counted per tick").to.deep.equal([
			"included",
		]);
	});

	it("E-13: by the target gas limit at the tick, not the block's own", async () => {
		const chain = await TestChain.create({ gasLimit: 30_000_000 });
		const junk = Array.from({ length: 238 }, () => Uint8Array.of(0));
		const good = chain.sign(alice, { nonce: 0 });
		expect(verdicts(await chain.run([...junk, good], { settings: { gasLimit: 5_000_000 } })).at(-1)).to.equal(
			"not-examined",
		);
		expect(verdicts(await chain.run([...junk, good])).at(-1)).to.equal("included");
	});

	it("E-18: forced-gas, at the declared gas and one above", async () => {
		const chain = await TestChain.create();
		const rawTx = chain.sign(alice, { nonce: 0, gas: 50_000 });
		const entries = [
			forced(0, [{ rollupId: 1, gas: 49_999, rawTx }]),
			forced(1, [{ rollupId: 1, gas: 50_000, rawTx }]),
		];
		expect(verdicts(await chain.executor.execute(chain.next({ forced: entries })))).to.deep.equal([
			"forced-gas",
			"included",
		]);
	});

	it("E-19: block-gas counts what was used, not what was asked for", async () => {
		const chain = await TestChain.create({ gasLimit: 5_000_000 });
		const result = await chain.run([
			chain.sign(alice, { nonce: 0, gas: 5_000_001 }),
			chain.sign(alice, { nonce: 0, gas: 5_000_000 }),
			chain.sign(alice, { nonce: 1, gas: 4_979_001 }),
			chain.sign(alice, { nonce: 1, gas: 4_979_000 }),
		]);
		expect(verdicts(result)).to.deep.equal(["block-gas", "included", "block-gas", "included"]);
	});

	it("E-20: block-bytes, so that a block stays below EIP-7934's 8 MiB", async () => {
		const chain = await TestChain.create({ gasLimit: 80_000_000 });
		const data = new Uint8Array(130_000);
		const raws = Array.from({ length: 57 }, (_, nonce) => chain.sign(alice, { nonce, data, gas: 1_400_000 }));
		const fitting = Math.floor(MAX_BLOCK_TX_BYTES / (raws[0]?.length ?? 1));
		const result = await chain.run(raws);
		expect(verdicts(result).indexOf("block-bytes")).to.equal(fitting);
		expect(verdicts(result).slice(fitting)).to.include("block-bytes").and.not.include("included");
		const [block] = result.blocks;
		expect(block?.rlp.length).to.be.lessThan(8 * 1024 * 1024);
		expect(block?.transactions).to.equal(fitting);
	});

	it("E-21: fee-too-low, at the base fee and one wei below, in both fee markets", async () => {
		const chain = await TestChain.create();
		const result = await chain.run([
			chain.sign(alice, { nonce: 0, feeCap: BASE_FEE - 1n, tip: 0n }),
			chain.sign(alice, { nonce: 0, feeCap: BASE_FEE, tip: 0n }),
			chain.sign(alice, { nonce: 1, feeCap: BASE_FEE - 1n, type: 0 }),
			chain.sign(alice, { nonce: 1, feeCap: BASE_FEE, type: 0 }),
		]);
		expect(verdicts(result)).to.deep.equal(["fee-too-low", "included", "fee-too-low", "included"]);
	});

	it("E-22: nonce, too low, too high, and of an account at its end", async () => {
		const old = testAccount("old");
		const chain = await TestChain.create({ extra: [{ address: old.address, balance: ETHER, nonce: 2n ** 64n - 2n }] });
		const result = await chain.run([
			chain.sign(alice, { nonce: 1 }),
			chain.sign(alice, { nonce: 0 }),
			chain.sign(alice, { nonce: 0 }),
			chain.sign(old, { nonce: 2n ** 64n - 3n }),
			chain.sign(old, { nonce: 2n ** 64n - 2n }),
			chain.sign(old, { nonce: 2n ** 64n - 2n }),
		]);
		expect(verdicts(result)).to.deep.equal(["nonce", "included", "nonce", "nonce", "included", "nonce"]);
		expect(chain.executor.getNonce(1, old.address)).to.equal(2n ** 64n - 1n);
	});

	it("E-23: balance, of value plus gas at the fee cap, to the wei", async () => {
		const poor = testAccount("poor");
		const cost = 21_000n * 10n * GWEI;
		const chain = await TestChain.create({ extra: [{ address: poor.address, balance: cost + 5n }] });
		const fees = { nonce: 0, gas: 21_000, feeCap: 10n * GWEI, tip: 0n } as const;
		const result = await chain.run([
			chain.sign(carol, { nonce: 0 }),
			chain.sign(poor, { ...fees, value: 6n }),
			chain.sign(poor, { ...fees, value: 6n, type: 0 }),
			chain.sign(poor, { ...fees, value: 5n }),
		]);
		expect(verdicts(result)).to.deep.equal(["balance", "balance", "balance", "included"]);
	});

	it("E-24: sender-code, but not for a delegation (EIP-7702)", async () => {
		const contract = testAccount("contract with a key");
		const chain = await TestChain.create({ extra: [{ address: contract.address, balance: ETHER, code: "0x00" }] });
		const authorizations = [{ chainId: 0n, address: contract.address, nonce: 0n, by: bob }];
		const result = await chain.run([
			chain.sign(contract, { nonce: 0 }),
			chain.sign(alice, { nonce: 0, type: 4, authorizations }),
			chain.sign(bob, { nonce: 1, to: alice.address }),
		]);
		expect(verdicts(result)).to.deep.equal(["sender-code", "included", "included"]);
	});

	it("names the first reason that applies, in the order of the table", async () => {
		const chain = await TestChain.create({ gasLimit: 5_000_000 });
		const bad = { nonce: 9, gas: 6_000_000, feeCap: 0n, tip: 0n, value: 10n ** 30n } as const;
		const order: [string, Uint8Array][] = [
			["forced-gas", chain.sign(alice, bad)],
			["block-gas", chain.sign(alice, bad)],
			["fee-too-low", chain.sign(alice, { ...bad, gas: 21_000 })],
			["nonce", chain.sign(alice, { ...bad, gas: 21_000, feeCap: GWEI })],
			["balance", chain.sign(alice, { ...bad, gas: 21_000, feeCap: GWEI, nonce: 0 })],
		];
		const entries = order.map(([reason, rawTx], i) =>
			forced(i, [{ rollupId: 1, gas: reason === "forced-gas" ? 1 : 7_000_000, rawTx }]),
		);
		expect(verdicts(await chain.executor.execute(chain.next({ forced: entries })))).to.deep.equal(
			order.map(([reason]) => reason),
		);
	});

	it("E-25, trap 16: a dropped transaction leaves nothing, so the block equals one built without it", async () => {
		const contract = { address: `0xc0de${"0".repeat(36)}`, code: "0x5f355f5500" } as const;
		const target = { to: contract.address, data: `0x${"00".repeat(31)}2a` } as const;
		const clean = await TestChain.create({ extra: [contract] });
		const dirty = await TestChain.create({ extra: [contract] });
		for (let round = 0; round < 3; round++) {
			const good = [
				clean.sign(alice, { nonce: 2 * round, ...target }),
				clean.sign(alice, { nonce: 2 * round + 1, to: carol.address }),
			];
			const bad = [
				clean.sign(bob, { nonce: 5, ...target }),
				clean.sign(carol, { nonce: 0, ...target }),
				clean.sign(bob, { nonce: 0, feeCap: 1n, tip: 0n, to: null, data: "0x6001600155" }),
				clean.sign(bob, { nonce: 0, value: 10n ** 30n, to: testAccount("nobody").address }),
				clean.sign(bob, { nonce: 0, gas: 2 ** 24 + 1 }),
			];
			const a = await clean.run(good);
			const b = await dirty.run([...bad, ...good.flatMap((raw) => [raw, ...bad])]);
			expect(b.blocks.map(({ hash }) => hash)).to.deep.equal(a.blocks.map(({ hash }) => hash));
		}
		expect(dirty.executor.takeChanges()).to.deep.equal(clean.executor.takeChanges());
	});

	it("E-25: a reverted transaction is included, pays, and raises the nonce", async () => {
		const chain = await TestChain.create({ extra: [{ address: `0xc0de${"0".repeat(36)}`, code: "0x5f5ffd" }] });
		const result = await chain.run([chain.sign(alice, { nonce: 0, to: `0xc0de${"0".repeat(36)}`, value: 7n })]);
		expect(result.outcomes[0]?.result).to.include({ kind: "included", status: 0, txIndex: 0, blockNumber: 1 });
		expect(chain.executor.getNonce(1, alice.address)).to.equal(1n);
		expect(chain.executor.getBalance(1, `0xc0de${"0".repeat(36)}`)).to.equal(0n);
		expect(chain.executor.getBalance(1, alice.address)).to.be.lessThan(1_000n * ETHER);
	});

	it("trap 29: only who signed pays; the coinbase gets the tip, the fee recipient the base fee, a block later", async () => {
		const watched = [alice, bob, carol].map(({ address }) => address);
		const chain = await TestChain.create();
		const before = watched.map((address) => chain.executor.getBalance(1, address));
		const result = await chain.run([
			chain.sign(alice, { nonce: 0, gas: 21_000, tip: 2n * GWEI, value: 3n, to: carol.address }),
		]);
		const { coinbase } = onlyBlock(result).header;
		const after = watched.map((address) => chain.executor.getBalance(1, address));
		const paid = 21_000n * (BASE_FEE + 2n * GWEI);
		expect(after.map((balance, i) => balance - (before[i] ?? 0n))).to.deep.equal([-paid - 3n, 0n, 3n]);
		expect(chain.executor.getBalance(1, coinbase.toString())).to.equal(21_000n * 2n * GWEI);
		expect(chain.executor.getBalance(1, chain.rollup.config.feeRecipient)).to.equal(0n);
	});

	it("a chain id of one rollup does not fit its neighbour: positions stay with their rollups", async () => {
		const one = registration({ allocation: encodeAllocation(rich([alice.address])) });
		const chain = await TestChain.create();
		const two = registration({ rollupId: 2, allocation: one.allocation });
		await chain.executor.register(two);
		const raw = chain.sign(alice, { nonce: 0 });
		const rollups = [active(chain.rollup), active(two)];
		const items = [
			txItem(2, raw),
			txItem(1, raw),
			txItem(2, signTx(alice, { chainId: 7_002, nonce: 0, to: bob.address })),
		];
		const result = await chain.executor.execute(tickOf(3, { rollups, items }));
		expect(verdicts(result)).to.deep.equal(["wrong-chain-id", "included", "included"]);
		expect(result.blocks.map(({ rollupId, number }) => [rollupId, number])).to.deep.equal([
			[1, 1],
			[2, 1],
		]);
	});
});
