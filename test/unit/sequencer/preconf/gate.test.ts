import { expect } from "chai";
import { Interface } from "ethers";
import { describe, it } from "mocha";
import { slotAt, slotStart, tickTime } from "../../../../src/derive/clock.ts";
import type { RpcTransport } from "../../../../src/l1/rpc.ts";
import { RIGHTS_ABI } from "../../../../src/primitives/abi.ts";
import { MeridianError } from "../../../../src/primitives/errors.ts";
import type { Address } from "../../../../src/primitives/types.ts";
import { L1Gate } from "../../../../src/sequencer/preconf/gate.ts";
import { WindowBook } from "../../../../src/sequencer/windows/book.ts";
import { CONFIG } from "../../../helpers/preconf/world.ts";

const ME: Address = `0x${"11".repeat(20)}`;
const OTHER: Address = `0x${"22".repeat(20)}`;
const MODULE: Address = `0x${"33".repeat(20)}`;
const abi = new Interface(RIGHTS_ABI);

/** Six slots to a window, two ticks before its slots; `owner` says whose the nth window is. */
const WINDOW = 3;
const TICKS_PER_SLOT = CONFIG.slotSeconds / CONFIG.tickSeconds;

class Rights {
	asked: number[] = [];
	owner: (window: number) => readonly [Address, number] | null = (window) => (window % 2 === 0 ? [ME, 2] : [OTHER, 2]);

	readonly rpc: RpcTransport = {
		label: "test",
		request: async (_method, [call]) => {
			const slot = Number(abi.decodeFunctionData("rightOf", (call as { data: string }).data)[0]);
			this.asked.push(slot);
			const window = Math.floor(slot / WINDOW);
			const owner = this.owner(window);
			if (owner === null) throw new MeridianError("retry", "rpc-error", "execution reverted");
			const min = (window * WINDOW - 1) * TICKS_PER_SLOT;
			return abi.encodeFunctionResult("rightOf", [
				owner[0],
				Math.max(0, min),
				min + WINDOW * TICKS_PER_SLOT - 1,
				owner[1],
			]);
		},
	};
}

function gateAt(rights: Rights, start: number) {
	const clock = { nowMs: start * 1_000 };
	const gate = new L1Gate({
		book: new WindowBook({ rpc: rights.rpc, rights: MODULE, slotsAhead: 12 }),
		config: CONFIG,
		sequencer: ME,
		now: () => clock.nowMs,
	});
	return { clock, gate };
}

describe("what a sequencer knows before it promises", () => {
	const start = slotStart(CONFIG, 60);

	it("P-14, R-18: whose ticks are, and until when they can be published", async () => {
		const rights = new Rights();
		const { clock, gate } = gateAt(rights, start);
		expect(gate.ownershipOf(60 * TICKS_PER_SLOT)).to.equal("unknown");
		await gate.refresh();
		const firstTick = 59 * TICKS_PER_SLOT;
		const window = { firstTick, lastTick: firstTick + 3 * TICKS_PER_SLOT - 1, lastBlockTime: slotStart(CONFIG, 62) };
		for (const tick of [window.firstTick, window.lastTick]) expect(gate.ownershipOf(tick)).to.deep.equal(window);
		expect(gate.ownershipOf(window.lastTick + 1)).to.equal("not-owner");
		expect(gate.ownershipOf(window.firstTick - 1)).to.equal("not-owner");
		expect(gate.ownershipOf(100 * TICKS_PER_SLOT)).to.equal("unknown");
		// Every promised tick's time is before the last block that may hold it.
		expect(tickTime(CONFIG, window.lastTick)).to.be.below(window.lastBlockTime);
		const { length } = rights.asked;
		await gate.refresh();
		expect(rights.asked).to.have.lengthOf(length);
		clock.nowMs += CONFIG.slotSeconds * 1_000;
		await gate.refresh();
		expect(rights.asked).to.have.lengthOf(length + 1);
		expect(slotAt(CONFIG, clock.nowMs / 1_000)).to.equal(61);
	});

	it("P-14: nothing of slots that are not sealed, of open ones, of one fixed sequencer; and nothing after a reorg until asked afresh", async () => {
		const rights = new Rights();
		rights.owner = (window) => (window > 20 ? null : [ME, window === 20 ? 2 : 1]);
		const { gate } = gateAt(rights, start);
		await gate.refresh();
		expect(gate.ownershipOf(60 * TICKS_PER_SLOT)).to.have.property("lastBlockTime", slotStart(CONFIG, 62));
		expect(gate.ownershipOf(63 * TICKS_PER_SLOT)).to.equal("unknown");
		rights.owner = () => [ME, 0];
		await gate.refresh(true);
		expect(gate.ownershipOf(60 * TICKS_PER_SLOT)).to.equal("unknown");
	});

	it("P-14: a window that is known in part ends where knowledge does", async () => {
		const rights = new Rights();
		rights.owner = () => [ME, 3];
		const { gate } = gateAt(rights, start - CONFIG.slotSeconds * 11);
		await gate.refresh();
		expect(gate.ownershipOf(60 * TICKS_PER_SLOT)).to.have.property("lastBlockTime", slotStart(CONFIG, 61));
	});

	it("P-14: its clock, from blocks as they are first seen", () => {
		const { clock, gate } = gateAt(new Rights(), start);
		const see = (timestamp: number, lateMs: number): number | null => {
			clock.nowMs = timestamp * 1_000 + lateMs;
			gate.sawBlock(timestamp);
			return gate.clock().errorMs;
		};
		expect(gate.clock().errorMs).to.equal(null);
		expect(see(start, 900)).to.equal(0);
		// One late block says nothing against the clock.
		expect(see(start + 12, 11_000)).to.equal(0);
		// A block from the future does.
		expect(see(start + 24, -700)).to.equal(700);
		expect(gate.clock().nowMs).to.equal((start + 24) * 1_000 - 700);
		clock.nowMs -= 1;
		expect(gate.clock().errorMs, "set back since").to.equal(null);
		clock.nowMs += 97_000;
		expect(gate.clock().errorMs, "too long ago").to.equal(null);
	});

	it("P-14: a clock that is ahead sees every block late", () => {
		const { clock, gate } = gateAt(new Rights(), start);
		for (let slot = 0; slot < 10; slot++) {
			const timestamp = start + slot * 12;
			clock.nowMs = timestamp * 1_000 + 6_500 + (slot % 3) * 100;
			gate.sawBlock(timestamp);
			gate.sawBlock(timestamp - 12);
		}
		expect(gate.clock().errorMs).to.equal(2_500);
	});
});
