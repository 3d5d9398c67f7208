/** Section 1 of the execution layer's spec: geneses. */
import { RLP } from "@ethereumjs/rlp";
import { expect } from "chai";
import { describe, it } from "mocha";
import { createClusterExecutor } from "../../../src/execute/executor.ts";
import { gethGenesis } from "../../../src/execute/genesis.ts";
import { MAILBOX_ADDRESS, MAILBOX_CODE } from "../../../src/execute/predeploys.ts";
import { bytesToHex, concatBytes, uintToBytes, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Address, Hash32 } from "../../../src/primitives/types.ts";
import { memoryStore } from "../../../src/store/open.ts";
import { alice, bob } from "../../helpers/execute/chain.ts";
import { type GethGenesis, Oracle } from "../../helpers/execute/oracle.ts";
import { seededRandom } from "../../helpers/execute/random.ts";
import {
	type AllocatedAccount,
	encodeAllocation,
	type RegistrationOptions,
	registration,
	rich,
	TIMELINE,
} from "../../helpers/execute/ticks.ts";

async function headOf(options: RegistrationOptions) {
	const rollup = registration(options);
	const executor = await createClusterExecutor({ store: await memoryStore(), config: TIMELINE, cluster: 1 });
	await executor.register(rollup);
	const [head] = executor.heads();
	if (head === undefined) return expect.fail("no head");
	return { head, rollup, executor };
}

const CONTRACT: Address = `0xc0de${"0".repeat(36)}`;
const slot = (n: number): Hash32 => bytesToHex(uintToBytes(n, 32));

describe("genesis", () => {
	const full: AllocatedAccount[] = [
		...rich([alice.address]),
		{
			address: CONTRACT,
			code: "0x6001",
			nonce: 5n,
			storage: [
				[slot(1), 1n],
				[slot(2), 2n ** 256n - 1n],
			],
		},
	];

	for (const [name, options] of [
		["no allocation", {}],
		["accounts, code and storage", { allocation: encodeAllocation(full), activationTick: 900, gasLimit: 12_345_678 }],
	] as const) {
		it(`E-2, E-3: is what another client computes from geth's file, with ${name}`, async () => {
			const { head, rollup } = await headOf(options);
			const file = JSON.stringify(gethGenesis(rollup, TIMELINE));
			expect((await Oracle.from(JSON.parse(file) as GethGenesis)).hash).to.equal(head.hash);
			expect(head).to.include({ number: 0, refused: false });
		});
	}

	it("E-2, E-3: differs between rollups that differ in their chain id only, and has the Mailbox", async () => {
		const [one, other] = [await headOf({}), await headOf({ chainId: 7_002 })];
		expect(one.head.stateRoot).to.equal(other.head.stateRoot);
		expect(one.head.hash).to.not.equal(other.head.hash);
		const { alloc } = gethGenesis(one.rollup, TIMELINE) as unknown as GethGenesis;
		expect(alloc[MAILBOX_ADDRESS]).to.deep.equal({ balance: "0x0", nonce: "0x1", code: MAILBOX_CODE });
	});

	/** Changes with the Mailbox's code, and with nothing else. */
	it("E-2: is the same as ever", async () => {
		const { head } = await headOf({ allocation: encodeAllocation(full) });
		expect(head.hash).to.equal("0x1aa2b816b9f211286019f59a9aa17b21dfacb9934b61cd3b6899badd8658f6e5");
	});

	it("E-1: a named hash must be the genesis' own; zero names none", async () => {
		const { head } = await headOf({});
		expect((await headOf({ genesisHash: head.hash })).head.refused).to.equal(false);
		const wrong = await headOf({ genesisHash: keccakHex(Uint8Array.of(1)) });
		expect(wrong.head).to.deep.equal({
			rollupId: 1,
			chainId: 7_001,
			number: 0,
			hash: ZERO_HASH,
			stateRoot: ZERO_HASH,
			refused: true,
		});
		const keys = [...wrong.executor.takeChanges().keys()];
		expect(keys, "nothing of a refused state is kept").to.have.length(1);
	});

	it("E-1: refuses other templates and chain ids beyond what signatures can carry", async () => {
		expect((await headOf({ template: 0 })).head.refused).to.equal(true);
		expect((await headOf({ template: 2 })).head.refused).to.equal(true);
		expect((await headOf({ chainId: 4_503_599_627_370_476 })).head.refused).to.equal(false);
		expect((await headOf({ chainId: 4_503_599_627_370_477 })).head.refused).to.equal(true);
	});

	const reserved: Address[] = [
		`0x${"0".repeat(40)}`,
		`0x${"0".repeat(36)}ffff`,
		"0x000f3df6d732807ef1319fb7b8bb8522d0beac02",
		"0x0000f90827f1c53a10cb7a02335b175320002935",
		"0x00000961ef480eb55e80d19ad83579a64c007002",
		"0x0000bbddc7ce488642fb579f8b00f3a590007251",
		"0xfffffffffffffffffffffffffffffffffffffffe",
		`0x${Buffer.from("meridian").toString("hex")}${"0".repeat(24)}`,
		`0x${Buffer.from("meridian").toString("hex")}${"f".repeat(24)}`,
	];
	for (const address of reserved) {
		it(`E-4: refuses the reserved address ${address}`, async () => {
			const allocation = encodeAllocation([{ address, balance: 1n }]);
			expect((await headOf({ allocation })).head.refused).to.equal(true);
		});
	}

	it("E-4: takes the neighbours of reserved addresses", async () => {
		const neighbours: Address[] = [`0x${"0".repeat(35)}10000`, "0xffffffffffffffffffffffffffffffffffffffff"];
		const allocation = encodeAllocation(neighbours.map((address) => ({ address, balance: 1n })));
		expect((await headOf({ allocation })).head.refused).to.equal(false);
	});

	const one = (account: Partial<AllocatedAccount>) => encodeAllocation([{ address: CONTRACT, ...account }]);
	const order = encodeAllocation(rich([alice.address, bob.address]));
	const code = (bytes: number) => `0x${"5b".repeat(bytes)}` as const;
	const malformed: [string, Uint8Array][] = [
		["an empty list that is a string", Uint8Array.of(0x80)],
		["trailing bytes", concatBytes(one({ balance: 1n }), Uint8Array.of(0x80))],
		["an empty account", one({})],
		["an account with storage only", one({ storage: [[slot(1), 1n]] })],
		["storage without code", one({ balance: 1n, storage: [[slot(1), 1n]] })],
		["a balance of 2^128", one({ balance: 2n ** 128n })],
		["a nonce of 2^64 - 1", one({ nonce: 2n ** 64n - 1n })],
		["code of 24,577 bytes", one({ code: code(24_577) })],
		["code that starts with ef", one({ code: "0xef00" })],
		["a zero value", one({ code: "0x00", storage: [[slot(1), 0n]] })],
		[
			"keys out of order",
			one({
				code: "0x00",
				storage: [
					[slot(2), 1n],
					[slot(1), 1n],
				],
			}),
		],
		[
			"a key twice",
			one({
				code: "0x00",
				storage: [
					[slot(1), 1n],
					[slot(1), 1n],
				],
			}),
		],
		["a value of 33 bytes", one({ code: "0x00", storage: [[slot(1), 2n ** 256n]] })],
		["an account twice", RLP.encode([...(RLP.decode(order) as []), ...(RLP.decode(order) as [])])],
		["accounts out of order", RLP.encode([...(RLP.decode(order) as [])].reverse())],
		["bytes", Uint8Array.of(1, 2, 3)],
		["a longer form", concatBytes(Uint8Array.of(0xf9, 0x00), order.subarray(1))],
	];
	for (const [name, allocation] of malformed) {
		it(`E-4: refuses ${name}`, async () => {
			expect((await headOf({ allocation })).head.refused).to.equal(true);
		});
	}

	it("E-4: takes each limit itself", async () => {
		const allocation = encodeAllocation([
			{
				address: CONTRACT,
				balance: 2n ** 128n - 1n,
				nonce: 2n ** 64n - 2n,
				code: code(24_576),
				storage: [[slot(0), 2n ** 256n - 1n]],
			},
		]);
		const { head, executor } = await headOf({ allocation });
		expect(head.refused).to.equal(false);
		expect(executor.getStorage(1, CONTRACT, slot(0))).to.equal(`0x${"f".repeat(64)}`);
		expect(executor.getStorage(1, CONTRACT, slot(1))).to.equal(ZERO_HASH);
	});

	it("E-4, trap 9: any bytes make a genesis or a refusal", async () => {
		const { seed, below, bytes } = seededRandom();
		for (let i = 0; i < 300; i++) {
			const allocation = below(2) === 0 ? bytes(below(60)) : encodeAllocation(full);
			allocation[below(allocation.length)] = below(256);
			expect((await headOf({ allocation })).head.refused, `seed ${seed}`).to.be.a("boolean");
		}
	});
});
