import { expect } from "chai";
import { toBeHex } from "ethers";
import { describe, it } from "mocha";
import type { Log } from "../../../src/execute/mailbox.ts";
import { MAILBOX_ADDRESS } from "../../../src/execute/predeploys.ts";
import { Tapes } from "../../../src/execute/tape.ts";
import { hexToBytes } from "../../../src/primitives/bytes.ts";
import { keccak256 } from "../../../src/primitives/hash.ts";
import type { Address } from "../../../src/primitives/types.ts";
import { COUNTER } from "../../helpers/execute/cluster.ts";

/** Chain ids. */
const [A, B, C] = [1, 2, 3];
type Words = readonly (number | bigint)[];

function log(signature: string, words: Words, address: Address = MAILBOX_ADDRESS): Log {
	const topic = keccak256(new TextEncoder().encode(signature));
	return [hexToBytes(address), [topic], hexToBytes(`0x${words.map((one) => toBeHex(one, 32).slice(2)).join("")}`)];
}

/** Of a request and an answer, each named by a number. */
const filled = (request: number, answer = request) => log("Filled(bytes32,bytes32)", [request, answer]);
const served = (request: number, answer = request) => log("Served(bytes32,bytes32)", [request, answer]);
const read = (destination: number, request: number, answer = request) =>
	log("Read(uint64,bytes32,bytes32)", [destination, request, answer]);

interface Leg {
	readonly on: number;
	readonly free?: true;
	readonly logs: readonly Log[];
}

const leg = (on: number, ...logs: readonly Log[]): Leg => ({ on, logs });
const free = (on: number, ...logs: readonly Log[]): Leg => ({ on, logs, free: true });

/** `held`, or where the bundle failed: before leg `<n`, after it `n`, or at its `end`. */
function judge(...legs: readonly Leg[]): string {
	const tapes = new Tapes();
	for (const [place, one] of legs.entries()) {
		if (!tapes.mayBegin(one.free !== true)) return `<${place}`;
		if (!tapes.take(one.on, one.logs)) return `${place}`;
	}
	return tapes.mayEnd() ? "held" : "end";
}

describe("tapes (X-16)", () => {
	it("hold without any call, whatever others log", () => {
		expect(judge(free(A), leg(B), free(A))).to.equal("held");
		const other = log("Filled(bytes32,bytes32)", [1, 1], COUNTER);
		const unknown = log("Sent(bytes32)", [1]);
		const bare: Log = [hexToBytes(MAILBOX_ADDRESS), [], new Uint8Array(0)];
		const short = log("Read(uint64,bytes32,bytes32)", []);
		expect(judge(free(A, other, unknown, bare, short))).to.equal("held");
	});

	it("hold if a call is filled, read, and then served on its destination", () => {
		expect(judge(leg(A, filled(1)), free(A, read(B, 1)), leg(B, served(1)))).to.equal("held");
	});

	it("hold with several calls to several rollups, served in the order of reading, by several legs or one each", () => {
		const legs = [leg(A, filled(1), filled(2), filled(3)), free(A, read(B, 1), read(C, 2), read(B, 3))];
		expect(judge(...legs, leg(B, served(1)), leg(C, served(2)), leg(B, served(3)))).to.equal("held");
		expect(judge(...legs, leg(B, served(1), served(3)), leg(C, served(2)))).to.equal("2");
		expect(judge(...legs, leg(C, served(2)), leg(B, served(1), served(3)))).to.equal("2");
	});

	it("hold with nested calls, depth first", () => {
		const fills = [leg(A, filled(1), filled(4)), leg(B, filled(2), filled(3))];
		// 1 on B calls 2 on C and 3 on C, then A calls 4 on C.
		const legs = [...fills, free(A, read(B, 1), read(C, 4)), leg(B, read(C, 2), read(C, 3), served(1))];
		expect(judge(...legs, leg(C, served(2), served(3), served(4)))).to.equal("held");
		expect(judge(...legs, leg(C, served(4), served(2), served(3)))).to.equal("4");
		expect(judge(...legs, leg(C, served(3), served(2), served(4)))).to.equal("4");
		expect(judge(...legs, leg(C, served(2), served(3)))).to.equal("end");
	});

	it("fail by a lie: missing, extra, another's request or answer, on another rollup", () => {
		const [fill, call] = [leg(A, filled(1)), free(A, read(B, 1))];
		expect(judge(fill, call)).to.equal("end");
		expect(judge(fill, call, leg(B))).to.equal("end");
		expect(judge(fill, call, leg(B, served(1), served(1)))).to.equal("2");
		expect(judge(fill, call, leg(B, served(2, 1)))).to.equal("2");
		expect(judge(fill, call, leg(B, served(1, 2)))).to.equal("2");
		expect(judge(fill, call, leg(C, served(1)))).to.equal("2");
		expect(judge(leg(B, served(1)), fill, call)).to.equal("0");
	});

	it("fail unless what was filled is what was read, on each rollup, in order", () => {
		expect(judge(leg(A, filled(1)))).to.equal("end");
		expect(judge(free(A, read(B, 1)), leg(B, served(1)))).to.equal("end");
		expect(judge(leg(C, filled(1)), free(A, read(B, 1)), leg(B, served(1)))).to.equal("end");
		const twice = (...fills: Log[]) =>
			judge(leg(A, ...fills), free(A, read(B, 1), read(B, 2)), leg(B, served(1), served(2)));
		expect(twice(filled(1), filled(2))).to.equal("held");
		expect(twice(filled(2), filled(1))).to.equal("end");
		expect(twice(filled(1), filled(2), filled(3))).to.equal("end");
		expect(twice(filled(1))).to.equal("end");
		expect(twice(filled(1), filled(2, 3))).to.equal("end");
	});

	it("fail if a leg that is no helper begins while calls are still to be made", () => {
		const legs = [leg(A, filled(1)), free(A, read(B, 1))];
		expect(judge(...legs, free(C), leg(B, served(1)))).to.equal("<2");
		expect(judge(...legs, leg(C), leg(B, served(1)), free(C))).to.equal("held");
	});

	it("do not mistake a destination beyond 2^53 for a rollup", () => {
		const far = log("Read(uint64,bytes32,bytes32)", [2n ** 64n - 1n, 1, 1]);
		expect(judge(leg(A, filled(1)), free(A, far), leg(B, served(1)))).to.equal("2");
	});
});
