import { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { Account, Address, bytesToUnprefixedHex } from "@ethereumjs/util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { EMPTY_CODE_HASH } from "../../../src/execute/account.ts";
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
import { keccak256 } from "../../../src/primitives/hash.ts";
import { memoryStore } from "../../../src/store/open.ts";
import { GWEI, signTx, type TxRequest } from "../../helpers/execute/accounts.ts";
import { alice, bob } from "../../helpers/execute/chain.ts";
import { seededRandom } from "../../helpers/execute/random.ts";
import { COINBASE, encodeAllocation, registration, rich } from "../../helpers/execute/ticks.ts";

const TINY = { cachedEntries: 4, cachedCodeBytes: 100, cachedNodes: 6 };

interface Known {
	readonly balance: bigint;
	readonly code: Uint8Array;
	readonly slots: Readonly<Record<number, Uint8Array>>;
}

/** The state as a plain map, copied at every checkpoint. */
class Model {
	#accounts = new Map<string, Known>();
	readonly #copies: Map<string, Known>[] = [];

	get depth(): number {
		return this.#copies.length;
	}
	at(address: Address): Known | undefined {
		return this.#accounts.get(address.toString());
	}
	set(address: Address, known: Known | undefined): void {
		if (known === undefined) this.#accounts.delete(address.toString());
		else this.#accounts.set(address.toString(), known);
	}
	checkpoint(): void {
		this.#copies.push(new Map(this.#accounts));
	}
	commit(): void {
		this.#copies.pop();
	}
	revert(): void {
		this.#accounts = this.#copies.pop() ?? this.#accounts;
	}
	async root(): Promise<string> {
		const trie = new MerklePatriciaTrie({ useKeyHashing: true });
		for (const [address, { balance, code, slots }] of this.#accounts) {
			const storage = new MerklePatriciaTrie({ useKeyHashing: true });
			for (const [slot, value] of Object.entries(slots)) {
				if (value.length > 0) await storage.put(uintToBytes(Number(slot), 32), RLP.encode(value));
			}
			await trie.put(hexToBytes(address), RLP.encode([0n, balance, storage.root(), code]));
		}
		return bytesToHex(trie.root());
	}
}

describe("flat state", () => {
	it("has the root of a trie built from what it should hold, after any writes, deletions, checkpoints and reverts", async () => {
		const random = seededRandom();
		const { below, pick, bytes } = random;
		for (const limits of [DEFAULT_LIMITS, TINY]) {
			const store = await memoryStore();
			const backing = new Backing(store);
			const flat = new FlatState(new StateTables(backing, "x/", EMPTY_ROOT, limits));
			const model = new Model();
			const addresses = Array.from({ length: 6 }, () => new Address(bytes(20)));
			for (let block = 1; block <= 40; block++) {
				for (let step = below(25); step > 0; step--) {
					const address = pick(addresses);
					const account = await flat.getAccount(address);
					const known = model.at(address);
					expect(account?.balance, `seed ${random.seed}`).to.equal(known?.balance);
					const slot = below(6);
					const value = below(3) === 0 ? new Uint8Array(0) : bytes(1 + below(32));
					switch (below(8)) {
						case 0:
						case 1: {
							const changed = account ?? new Account();
							changed.balance = BigInt(1 + below(1_000));
							await flat.putAccount(address, changed);
							model.set(address, { code: EMPTY_CODE_HASH, slots: {}, ...known, balance: changed.balance });
							break;
						}
						case 2:
						case 3:
							if (known === undefined) break;
							await flat.putStorage(address, uintToBytes(slot, 32), value);
							model.set(address, { ...known, slots: { ...known.slots, [slot]: strip(value) } });
							break;
						case 4:
							if (known === undefined) break;
							await flat.putCode(address, value);
							model.set(address, { ...known, code: keccak256(value) });
							break;
						case 5:
							await flat.deleteAccount(address);
							model.set(address, undefined);
							break;
						case 6:
							await flat.checkpoint();
							model.checkpoint();
							break;
						default:
							if (model.depth === 0) break;
							if (below(2) === 0) {
								await flat.revert();
								model.revert();
							} else {
								await flat.commit();
								model.commit();
							}
					}
					const stored = bytesToHex(await flat.getStorage(address, uintToBytes(slot, 32)));
					expect(stored).to.equal(bytesToHex(model.at(address)?.slots[slot] ?? new Uint8Array(0)));
				}
				for (; model.depth > 0; model.commit()) await flat.commit();
				expect(bytesToHex(flat.seal()), `seed ${random.seed}, block ${block}`).to.equal(await model.root());
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
			return "drop" in decoded ? decoded.drop : (builder.check(decoded) ?? (await builder.run(decoded)));
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
