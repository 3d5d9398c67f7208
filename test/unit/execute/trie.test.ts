import { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { expect } from "chai";
import { describe, it } from "mocha";
import { EMPTY_ROOT, type NodeStorage, Trie, trieKey } from "../../../src/execute/trie.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import { isMeridianError } from "../../../src/primitives/errors.ts";
import { keccak256 } from "../../../src/primitives/hash.ts";
import { type Random, seededRandom } from "../../helpers/execute/random.ts";

class MemoryNodes implements NodeStorage {
	readonly nodes = new Map<string, Uint8Array>();
	read(path: string): Uint8Array | undefined {
		return this.nodes.get(path);
	}
	write(path: string, encoding: Uint8Array | null): void {
		if (encoding === null) this.nodes.delete(path);
		else this.nodes.set(path, encoding.slice());
	}
}

/** Keys of 32 bytes of which many share long beginnings, so that extensions and nodes inside nodes appear. */
function keys(random: Random, count: number): Uint8Array[] {
	const stems = Array.from({ length: 4 }, () => random.bytes(32));
	return Array.from({ length: count }, () => {
		if (random.below(2) === 0) return random.bytes(32);
		const key = random.pick(stems).slice();
		const from = random.pick([1, 16, 29, 31]);
		key.set(random.bytes(32 - from), from);
		return key;
	});
}

/** A trie from scratch, in ethereumjs' implementation. */
async function expectedRoot(content: ReadonlyMap<string, Uint8Array>): Promise<string> {
	const trie = new MerklePatriciaTrie();
	for (const [hex, value] of content) await trie.put(new Uint8Array(Buffer.from(hex, "hex")), value);
	return bytesToHex(trie.root());
}

describe("trie", () => {
	it("has the root of ethereumjs' trie after any changes, also when nodes are forgotten or the trie is opened again", async () => {
		const random = seededRandom();
		for (let round = 0; round < 6; round++) {
			const storage = new MemoryNodes();
			let trie = new Trie(storage);
			const content = new Map<string, Uint8Array>();
			const pool = keys(random, 60);
			for (let step = 0; step < 25; step++) {
				for (let i = random.below(20); i >= 0; i--) {
					const key = random.pick(pool);
					const hex = Buffer.from(key).toString("hex");
					if (random.below(5) < 2) {
						trie.delete(trieKey(key));
						content.delete(hex);
					} else {
						const value = random.bytes(1 + random.below(random.below(4) === 0 ? 100 : 3));
						trie.put(trieKey(key), value);
						content.set(hex, value);
					}
				}
				const root = trie.root();
				expect(bytesToHex(root), `seed ${random.seed}`).to.equal(await expectedRoot(content));
				if (random.below(4) === 0) trie.forget(random.below(30));
				if (random.below(6) === 0) trie = new Trie(storage, root);
			}
			for (const hex of content.keys()) trie.delete(trieKey(new Uint8Array(Buffer.from(hex, "hex"))));
			expect(bytesToHex(trie.root())).to.equal(bytesToHex(EMPTY_ROOT));
			expect(storage.nodes.size, "nothing is left on the disk").to.equal(0);
		}
	});

	it("leaves on the disk exactly the nodes of the trie, whatever happened before", () => {
		const random = seededRandom();
		const pool = keys(random, 80);
		const storage = new MemoryNodes();
		const trie = new Trie(storage);
		const content = new Map<string, Uint8Array>();
		for (let step = 0; step < 400; step++) {
			const key = random.pick(pool);
			const hex = Buffer.from(key).toString("hex");
			if (random.below(2) === 0) {
				trie.delete(trieKey(key));
				content.delete(hex);
			} else {
				const value = random.bytes(1 + random.below(40));
				trie.put(trieKey(key), value);
				content.set(hex, value);
			}
			if (random.below(3) === 0) trie.root();
			if (random.below(20) === 0) {
				trie.root();
				trie.forget(10);
			}
		}
		trie.root();
		const fresh = new MemoryNodes();
		const rebuilt = new Trie(fresh);
		for (const [hex, value] of content) rebuilt.put(trieKey(new Uint8Array(Buffer.from(hex, "hex"))), value);
		rebuilt.root();
		const dump = ({ nodes }: MemoryNodes) => [...nodes].map(([path, node]) => `${path}=${bytesToHex(node)}`).sort();
		expect(dump(storage), `seed ${random.seed}`).to.deep.equal(dump(fresh));
	});

	it("bounds the nodes in memory", () => {
		const random = seededRandom();
		const storage = new MemoryNodes();
		const trie = new Trie(storage);
		for (let i = 0; i < 3_000; i++) trie.put(trieKey(random.bytes(32)), Uint8Array.of(1));
		trie.root();
		expect(trie.loaded).to.be.greaterThan(3_000);
		trie.forget(100);
		expect(trie.loaded).to.be.at.most(100);
		trie.put(trieKey(random.bytes(32)), Uint8Array.of(1));
		trie.root();
		expect(trie.loaded, "one path").to.be.lessThan(20);
		for (let i = 0; i < 20; i++) trie.put(trieKey(random.bytes(32)), Uint8Array.of(1));
		trie.root();
		trie.forget(1_000);
		trie.put(trieKey(random.bytes(32)), Uint8Array.of(1));
		trie.root();
		trie.forget(1_000);
		expect(trie.loaded, "only what the last change needed").to.be.lessThan(20);
	});

	it("halts on a node that is missing or damaged on the disk", () => {
		const random = seededRandom();
		for (const damage of ["missing", "damaged"]) {
			const storage = new MemoryNodes();
			const trie = new Trie(storage);
			for (let i = 0; i < 100; i++) trie.put(trieKey(keccak256(Uint8Array.of(i))), random.bytes(40));
			const root = trie.root();
			for (const [path, node] of [...storage.nodes]) {
				if (path.length !== 1) continue;
				if (damage === "missing") storage.nodes.delete(path);
				else
					storage.nodes.set(
						path,
						node.map((byte, i) => (i === 30 ? byte ^ 1 : byte)),
					);
			}
			const opened = new Trie(storage, root);
			let code = "none";
			try {
				opened.put(trieKey(keccak256(Uint8Array.of(3))), Uint8Array.of(1));
			} catch (error) {
				if (isMeridianError(error)) code = `${error.recovery}:${error.code}`;
			}
			expect(code).to.equal("halt:store-corrupt");
		}
	});
});
