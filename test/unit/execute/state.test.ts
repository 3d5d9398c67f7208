import { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { Caches, MerkleStateManager } from "@ethereumjs/statemanager";
import { Account, Address, bytesToUnprefixedHex } from "@ethereumjs/util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { Backing } from "../../../src/execute/backing.ts";
import { BlockBuilder, type BlockFields } from "../../../src/execute/block.ts";
import { rollupCommon } from "../../../src/execute/common.ts";
import { decodeTx } from "../../../src/execute/decodeTx.ts";
import { FlatState } from "../../../src/execute/flatState.ts";
import { genesisAccounts, writeGenesisState } from "../../../src/execute/genesis.ts";
import { createRollupVm } from "../../../src/execute/rollupVm.ts";
import { recoverAhead } from "../../../src/execute/senders.ts";
import { DEFAULT_LIMITS, StateTables } from "../../../src/execute/stateTables.ts";
import { EMPTY_ROOT } from "../../../src/execute/trie.ts";
import { bytesToHex, hexToBytes, uintToBytes } from "../../../src/primitives/bytes.ts";
import { isMeridianError } from "../../../src/primitives/errors.ts";
import { memoryStore } from "../../../src/store/open.ts";
import { GWEI, signTx, type TxRequest } from "../../helpers/execute/accounts.ts";
import { alice, bob } from "../../helpers/execute/chain.ts";
import { seededRandom } from "../../helpers/execute/random.ts";
import { COINBASE, encodeAllocation, registration, rich } from "../../helpers/execute/ticks.ts";

const TINY = { cachedEntries: 4, cachedCodeBytes: 100, cachedNodes: 6 };

describe("flat state", () => {
	it("has the root of ethereumjs' Merkle state after any writes, deletions, checkpoints and reverts", async () => {
		const random = seededRandom();
		const { below, pick, bytes } = random;
		for (const limits of [DEFAULT_LIMITS, TINY]) {
			const store = await memoryStore();
			const backing = new Backing(store);
			const flat = new FlatState(new StateTables(backing, "x/", EMPTY_ROOT, limits));
			const common = rollupCommon(1);
			const trie = new MerklePatriciaTrie({ useKeyHashing: true, common });
			const merkle = new MerkleStateManager({ common, trie, caches: new Caches() });
			const both = [flat, merkle] as const;
			const addresses = Array.from({ length: 6 }, () => new Address(bytes(20)));
			for (let block = 1; block <= 40; block++) {
				for (const state of both) await state.checkpoint();
				let depth = 1;
				for (let step = below(25); step > 0; step--) {
					const address = pick(addresses);
					const slot = uintToBytes(below(6), 32);
					const kind = below(10);
					const exists = (await flat.getAccount(address)) !== undefined;
					const [value, code, nonce] = [bytes(1 + below(32)), bytes(below(40)), BigInt(below(9))];
					if (kind < 2) {
						for (const state of both) {
							const account = (await state.getAccount(address)) ?? new Account();
							[account.nonce, account.balance] = [nonce, nonce + 5n];
							await state.putAccount(address, account);
						}
					} else if (kind < 5 && exists) for (const state of both) await state.putStorage(address, slot, strip(value));
					else if (kind === 5 && exists) {
						for (const state of both) await state.putStorage(address, slot, new Uint8Array(0));
					} else if (kind === 6 && exists) for (const state of both) await state.putCode(address, code);
					else if (kind === 7 && exists) {
						// A contract that is destroyed has its slots cleared with it; so does the Merkle state.
						for (const state of both) await state.clearStorage(address);
						for (const state of both) await state.deleteAccount(address);
					} else if (kind === 8) {
						for (const state of both) await state.checkpoint();
						depth++;
					} else if (depth > 1) {
						const revert = below(2) === 0;
						for (const state of both) await (revert ? state.revert() : state.commit());
						depth--;
					}
					const [ours, theirs] = [await flat.getStorage(address, slot), await merkle.getStorage(address, slot)];
					expect(bytesToHex(ours), `seed ${random.seed}`).to.equal(bytesToHex(strip(theirs)));
				}
				for (; depth > 0; depth--) for (const state of both) await state.commit();
				expect(bytesToHex(flat.seal()), `seed ${random.seed}, block ${block}`).to.equal(
					bytesToHex(await merkle.getStateRoot()),
				);
				if (below(3) === 0) await store.commit(block, backing.take());
			}
		}
	});

	it("clears stored slots of an account that is deleted, in the table and on the disk", async () => {
		const store = await memoryStore();
		const backing = new Backing(store);
		const state = new FlatState(new StateTables(backing, "x/"));
		const address = new Address(hexToBytes(alice.address));
		await state.putAccount(address, new Account(1n, 1n));
		for (let i = 0; i < 30; i++) await state.putStorage(address, uintToBytes(i, 32), Uint8Array.of(1));
		state.seal();
		await store.commit(1, backing.take());
		await state.deleteAccount(address);
		expect(bytesToHex(state.seal())).to.equal(bytesToHex(EMPTY_ROOT));
		await store.commit(2, backing.take());
		const left: string[] = [];
		for await (const [key] of store.entries("")) left.push(key);
		expect(left).to.deep.equal([]);
	});

	it("knows the value a slot had when the transaction began, however often it was written and reverted", async () => {
		const state = new FlatState(new StateTables(new Backing(await memoryStore()), "x/"));
		const address = new Address(hexToBytes(alice.address));
		const slot = uintToBytes(1, 32);
		await state.putAccount(address, new Account(1n, 1n));
		await state.putStorage(address, slot, Uint8Array.of(7));
		state.originalStorageCache.clear();
		await state.checkpoint();
		await state.putStorage(address, slot, Uint8Array.of(8));
		await state.checkpoint();
		await state.putStorage(address, slot, new Uint8Array(0));
		expect([...(await state.originalStorageCache.get(address, slot))]).to.deep.equal([7]);
		await state.revert();
		expect([...(await state.getStorage(address, slot))]).to.deep.equal([8]);
		await state.revert();
		expect([...(await state.getStorage(address, slot))]).to.deep.equal([7]);
		expect([...(await state.originalStorageCache.get(address, slot))]).to.deep.equal([7]);
	});

	it("does not keep code that no account ends up with", async () => {
		const backing = new Backing(await memoryStore());
		const state = new FlatState(new StateTables(backing, "x/"));
		const address = new Address(hexToBytes(alice.address));
		await state.checkpoint();
		await state.putCode(address, Uint8Array.of(1, 2, 3));
		await state.revert();
		await state.putCode(address, Uint8Array.of(4));
		state.seal();
		expect([...backing.take().keys()].filter((key) => key.startsWith("x/c/"))).to.have.length(1);
		expect([...(await state.getCode(address))]).to.deep.equal([4]);
	});

	it("refuses to pretend it had versions", async () => {
		const state = new FlatState(new StateTables(new Backing(await memoryStore()), "x/"));
		await state.setStateRoot(EMPTY_ROOT);
		let refused: unknown;
		try {
			await state.setStateRoot(new Uint8Array(32));
		} catch (error) {
			refused = error;
		}
		expect(isMeridianError(refused) && refused.code).to.equal("execution-internal");
		expect(() => state.shallowCopy()).to.throw();
		await state.checkpoint();
		expect(() => state.seal()).to.throw();
	});
});

function strip(bytes: Uint8Array): Uint8Array {
	const start = bytes.findIndex((byte) => byte !== 0);
	return start < 0 ? new Uint8Array(0) : bytes.slice(start);
}

describe("block builder", () => {
	const CHAIN = 7_001;
	const counter = `0xc0de${"0".repeat(36)}` as const;
	const fields: BlockFields = {
		number: 1n,
		parentHash: new Uint8Array(32).fill(1),
		timestamp: 1_700_000_002n,
		gasLimit: 5_000_000n,
		baseFee: GWEI,
		coinbase: COINBASE,
		prevRandao: new Uint8Array(32).fill(2),
		parentBeaconBlockRoot: new Uint8Array(32).fill(3),
		withdrawals: [{ index: 0n, validatorIndex: 0n, address: bob.address, gwei: 5n }],
	};

	async function begin() {
		// Adds one to slot 0 and logs it.
		const code = "0x5f546001015f555f545f5260205fa0";
		const allocation = encodeAllocation([...rich([alice.address, bob.address]), { address: counter, code }]);
		const vm = await createRollupVm(rollupCommon(CHAIN), new StateTables(new Backing(await memoryStore()), "x/"));
		writeGenesisState(vm.state, genesisAccounts(registration({ allocation })) ?? []);
		const builder = BlockBuilder.begin(vm, fields);
		const run = async (request: Partial<TxRequest> & Pick<TxRequest, "nonce">, from = alice) => {
			const decoded = decodeTx(signTx(from, { chainId: CHAIN, to: counter, ...request }), vm.common);
			return "drop" in decoded ? decoded.drop : builder.run(decoded, null);
		};
		return { vm, builder, run };
	}

	it("trap 16: a revert restores state, transactions, receipts, gas and bytes; the block equals one built without", async () => {
		const plain = await begin();
		await plain.run({ nonce: 0 });
		await plain.run({ nonce: 1 });
		const expected = plain.builder.seal();

		const { builder, run } = await begin();
		await run({ nonce: 0 });
		await builder.checkpoint();
		await run({ nonce: 1, gas: 900_000 });
		await builder.checkpoint();
		await run({ nonce: 0, to: null, data: "0x6001600155" }, bob);
		await builder.revert();
		await builder.checkpoint();
		await run({ nonce: 0, to: alice.address, value: 5n }, bob);
		await builder.commit();
		expect(builder.transactions).to.equal(3);
		await builder.revert();
		expect(builder.transactions).to.equal(1);
		await run({ nonce: 1 });
		expect(bytesToHex(builder.seal().rlp)).to.equal(bytesToHex(expected.rlp));
	});

	it("gives back the gas of what was reverted", async () => {
		const { builder, run } = await begin();
		await builder.checkpoint();
		await run({ nonce: 0, gas: 4_000_000, to: null, data: "0x5b5f56" });
		expect(await run({ nonce: 1, gas: 1_000_001 })).to.equal("block-gas");
		await builder.revert();
		expect(await run({ nonce: 0, gas: 5_000_000 })).to.include({ status: 1, txIndex: 0 });
	});

	it("leaves nothing of a block that is abandoned", async () => {
		const { vm, builder, run } = await begin();
		const before = bytesToHex(await vm.state.getStateRoot());
		await run({ nonce: 0 });
		builder.abandon();
		expect(bytesToHex(vm.state.seal())).to.equal(before);
	});
});

describe("senders ahead", () => {
	it("are the right ones where there are any, and none where E-14 forbids the signature", async () => {
		const chainId = 7_001;
		const requests = Array.from({ length: 40 }, (_, nonce) => {
			const type = ([0, 1, 2] as const)[nonce % 3] ?? 2;
			const rawTx = signTx(nonce % 2 === 0 ? alice : bob, { chainId, nonce, to: bob.address, type });
			if (nonce % 10 === 9) rawTx[rawTx.length - 32] = 0xff;
			return { rawTx, chainId };
		});
		let found = 0;
		for (let attempt = 0; attempt < 200 && found < 36; attempt++) {
			const ahead = recoverAhead(requests);
			await new Promise((resolve) => setTimeout(resolve, 50));
			found = 0;
			for (let i = 0; i < requests.length; i++) {
				const sender = ahead(i);
				if (sender === null) continue;
				found++;
				expect(`0x${bytesToUnprefixedHex(sender)}`).to.equal((i % 2 === 0 ? alice : bob).address);
				expect(i % 10).to.not.equal(9);
			}
		}
		expect(found).to.equal(36);
	});
});
