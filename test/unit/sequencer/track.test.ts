import { expect } from "chai";
import { describe, it } from "mocha";
import type { L1Source, Timeline } from "../../../src/derive/ports.ts";
import type { L1Block } from "../../../src/derive/types.ts";
import { uintToBytes, ZERO_ADDRESS, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { isMeridianError } from "../../../src/primitives/errors.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import type { Hash32 } from "../../../src/primitives/types.ts";
import { L1Track } from "../../../src/sequencer/track.ts";

const FIRST = 5;

/** L1 as its blocks' names: block `n` of a chain named "aab" is named by its first letters, so common beginnings are common blocks. */
class FakeL1 implements L1Source {
	names = "";
	/** Told as the parent of the block of that number, whatever it is. */
	lie: number | null = null;

	timeline = async (): Promise<Timeline> => ({
		l1ChainId: 1,
		inbox: ZERO_ADDRESS,
		registry: ZERO_ADDRESS,
		forcedInclusion: ZERO_ADDRESS,
		bridge: ZERO_ADDRESS,
		rights: ZERO_ADDRESS,
		creationBlock: FIRST,
		genesisHead: ZERO_HASH,
		config: {
			startBlock: FIRST,
			genesisTime: 0,
			beaconGenesisTime: 0,
			slotSeconds: 12,
			tickSeconds: 2,
			maxLag: 96,
			forcedDelay: 48,
			maxOriginAge: 24,
			ringSize: 64,
			clusterGasPerSlot: 1n,
		},
	});

	heads = async () => {
		const number = FIRST + this.names.length - 1;
		const latest = { number, hash: (await this.hashOf(number)) ?? ZERO_HASH };
		return { latest, safe: latest, finalized: latest };
	};

	hashOf = async (number: number): Promise<Hash32 | null> => {
		const name = this.names.slice(0, number - FIRST + 1);
		if (number < FIRST || name.length !== number - FIRST + 1) return null;
		return keccakHex(new TextEncoder().encode(name));
	};

	block = async (number: number): Promise<L1Block | null> => {
		const hash = await this.hashOf(number);
		if (hash === null) return null;
		const parent = (await this.hashOf(number - 1)) ?? ZERO_HASH;
		const parentHash = this.lie === number ? keccakHex(uintToBytes(number, 4)) : parent;
		return { number, hash, parentHash, timestamp: 12 * number, prevRandao: ZERO_HASH, logs: [] };
	};
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return "nothing thrown";
	} catch (error) {
		return isMeridianError(error) ? `${error.recovery} ${error.code}` : String(error);
	}
}

describe("the sequencer's view of L1", () => {
	const open = async (names: string): Promise<{ l1: FakeL1; track: L1Track }> => {
		const l1 = new FakeL1();
		l1.names = names;
		const track = await L1Track.open(l1);
		await track.advance();
		return { l1, track };
	};

	it("follows L1 from the timeline's first block", async () => {
		const { l1, track } = await open("aaa");
		expect(track.state.l1).to.include({ number: 7, hash: await l1.hashOf(7) });
		l1.names = "aaaa";
		const { added, removed } = await track.advance();
		expect([added.length, removed]).to.deep.equal([1, 0]);
		expect((await track.advance()).added).to.deep.equal([]);
	});

	for (const [before, after, expected] of [
		["aaaa", "aaab", { removed: 1, added: 1 }],
		["aaaa", "abbbbb", { removed: 3, added: 5 }],
		["aaaa", "b", { removed: 4, added: 1 }],
		["aaaa", "aa", { removed: 2, added: 0 }],
	] as const) {
		it(`goes back to the common ancestor when L1 turns from ${before} into ${after} (D-11, trap 15)`, async () => {
			const { l1, track } = await open(before);
			l1.names = after;
			const { added, removed } = await track.advance();
			expect({ removed, added: added.length }).to.deep.equal(expected);
			const clean = await open(after);
			expect(track.state).to.deep.equal(clean.track.state);
		});
	}

	it("halts when a block that was final is gone", async () => {
		const { l1, track } = await open("aaaa");
		expect(track.forget(FIRST + 1).length).to.equal(2);
		l1.names = "aab";
		await track.advance();
		l1.names = "ab";
		expect(await codeOf(track.advance())).to.equal("halt l1-reorg-too-deep");
	});

	it("gives up on a node that contradicts itself, instead of asking for ever", async () => {
		const { l1, track } = await open("aa");
		l1.names = "aaaa";
		l1.lie = FIRST + 3;
		expect(await codeOf(track.advance())).to.equal("retry l1-misfit");
		l1.lie = null;
		await track.advance();
		expect(track.state.l1.number).to.equal(FIRST + 3);
	});
});
