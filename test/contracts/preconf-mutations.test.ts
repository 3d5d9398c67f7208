/** No evidence that was changed, and no claim about how many ticks there are, shows what is not so (traps 21, 28). */
import { expect } from "chai";
import { ethers } from "ethers";
import { after, before, describe, it } from "mocha";
import { merkleProof, merkleRoot } from "../../src/codec/merkle.ts";
import {
	type Contradiction,
	encodeContradiction,
	encodeEquivocation,
	encodePublication,
	FAULT,
	missingTick,
	otherItem,
	type PublishedTicks,
} from "../../src/l1/evidence.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Hash32 } from "../../src/primitives/types.ts";
import { createPreconfWorld, type Evidence, item, items, type PreconfWorld, WINDOW } from "./support/preconf.ts";

const WORD = 32;
/** The lowest bit, and others here and there. (Not the highest: an offset below zero leads out of the calldata, where no proof is as empty as before.) */
const MASKS = [1n, 1n << 8n, 1n << 40n, 1n << 100n, 1n << 184n, 1n << 254n];
const MISSING = 63;

describe("Evidence for PreconfSlasher", function () {
	this.timeout(240_000);

	let world: PreconfWorld;
	let published: PublishedTicks;

	before(async () => {
		world = await createPreconfWorld();
		const numbers = [55, 56, 57, 58, 59, 60, 61, 62, 64, 65, 66];
		published = await world.publishes(numbers.map((tick) => ({ tick, items: items(5) })));
		await world.verifier.setAnswer(ethers.toBeHex(2, 32));
		await world.windowEnds();
	});
	after(async () => await world.close());

	const accepts = async (evidence: Evidence): Promise<boolean> =>
		await world.slasher.slash.staticCall(evidence).then(
			() => true,
			() => false,
		);

	const acceptsData = async (data: string): Promise<boolean> =>
		await world.provider.call({ to: world.slasher, from: world.challenger.address, data }).then(
			() => true,
			() => false,
		);

	async function faults(): Promise<Record<string, Evidence>> {
		const { promise } = world;
		const slot = WINDOW.first;
		const promised = { tick: 60, index: 2, itemHash: item("promised") };
		const beyond = { ...promised, index: 5 };
		const missing = { ...promised, tick: MISSING };
		const unpublished = await promise({ ...promised, tick: 70 });
		const commitment = await promise(promised);
		const contradiction = FAULT.contradiction;
		return {
			equivocation: {
				commitment,
				slot,
				fault: FAULT.equivocation,
				proof: encodeEquivocation(await promise({ ...promised, itemHash: item("other") })),
			},
			"contradiction (a)": {
				commitment: await promise(beyond),
				slot,
				fault: contradiction,
				proof: encodeContradiction(otherItem(published, beyond)),
			},
			"contradiction (b)": {
				commitment,
				slot,
				fault: contradiction,
				proof: encodeContradiction(otherItem(published, promised)),
			},
			"contradiction (c)": {
				commitment: await promise(missing),
				slot,
				fault: contradiction,
				proof: encodeContradiction(missingTick(published, MISSING)),
			},
			void: { commitment, slot, fault: FAULT.void, proof: encodePublication(published) },
			omission: { commitment: unpublished, slot: WINDOW.last, fault: FAULT.omission, proof: "0x" },
		};
	}

	it("is refused with any bit of any word changed, unless that says nothing else (0 accepted)", async () => {
		for (const [name, evidence] of Object.entries(await faults())) {
			expect(await accepts(evidence), name).to.equal(true);
			const data = world.slasher.interface.encodeFunctionData("slash", [evidence]);
			const words = (ethers.dataLength(data) - 4) / WORD;
			let refused = 0;
			for (let place = 0; place < words; place++)
				for (const mask of MASKS) {
					const changed = flip(data, 4 + place * WORD, mask);
					if (await acceptsData(changed))
						expect(sameMeaning(changed, evidence), `${name}, word ${place}`).to.equal(true);
					else refused += 1;
				}
			expect(refused, name).to.be.greaterThan(words * (MASKS.length - 2));
		}
	});

	/** Whether all that decides is what it was: not the padding of bytes, the slot within the window, nor how many ticks there are. */
	function sameMeaning(data: string, evidence: Evidence): boolean {
		const [decoded] = world.slasher.interface.decodeFunctionData("slash", data);
		const { commitment, fault, proof, slot } = decoded;
		if (Number(slot) < WINDOW.first || Number(slot) > WINDOW.last) return false;
		if (encodeEquivocation(commitment) !== encodeEquivocation(evidence.commitment)) return false;
		if (commitment.tick !== BigInt(evidence.commitment.tick)) return false;
		const isSameIndex = commitment.index === BigInt(evidence.commitment.index);
		return isSameIndex && fault === BigInt(evidence.fault) && meaning(fault, proof) === meaning(fault, evidence.proof);
	}

	function meaning(fault: bigint | ethers.BigNumberish, proof: ethers.BytesLike): string {
		const hex = ethers.hexlify(proof);
		const abi = ethers.AbiCoder.defaultAbiCoder();
		if (BigInt(fault) === BigInt(FAULT.equivocation)) {
			const [itemHash, signature] = abi.decode(["bytes32", "bytes"], hex);
			return `${itemHash} ${signature}`;
		}
		if (BigInt(fault) !== BigInt(FAULT.contradiction)) return hex;
		const words = hex.slice(2).match(/.{64}/g) ?? [];
		// tickCount and tickIndex.
		return words.filter((_, place) => place !== 2 && place !== 3).join(" ");
	}

	it("is refused with any sibling missing, added or exchanged (trap 21)", async () => {
		const all = await faults();
		for (const name of ["contradiction (a)", "contradiction (b)", "contradiction (c)"]) {
			const evidence = all[name] ?? expect.fail(name);
			const promised = { ...evidence.commitment, tick: Number(evidence.commitment.tick) };
			const index = Number(evidence.commitment.index);
			const contradiction =
				promised.tick === MISSING
					? missingTick(published, MISSING)
					: otherItem(published, { tick: promised.tick, index, itemHash: item(0) });
			for (const changed of shapes(contradiction))
				expect(await accepts({ ...evidence, proof: encodeContradiction(changed) }), name).to.equal(false);
		}
	});

	it("cannot make neighbours of ticks that are none, however many ticks it claims (P-9 c)", async () => {
		let tried = 0;
		for (let size = 3; size <= 8; size++) {
			const elements = Array.from({ length: size }, (_, tick) => ethers.getBytes(ethers.id(`tick ${tick}`)));
			for (let left = 0; left + 2 < size; left++)
				for (let right = left + 2; right < size; right++)
					for (let count = 1; count <= 2 * size; count++)
						for (let place = 0; place < count; place++) {
							const fits = [left, right].every((tick, i) => verifies(elements, tick, place + i, count));
							expect(fits, `${left} and ${right} of ${size} as ${place} of ${count}`).to.equal(false);
							tried += 1;
						}
		}
		expect(tried).to.be.greaterThan(1_000);
	});

	it("is refused by the contract, too, with such a claim, and with one that does not fit the paths", async () => {
		const commitment = await world.promise({ tick: 58, index: 0, itemHash: item(0) });
		const around = (size: number, place: number): Contradiction => {
			const [before, afterwards] = [missing(57), missing(59)];
			return {
				...before,
				tickCount: size,
				tickIndex: place,
				ticks: [before.ticks[0] ?? fail(), afterwards.ticks[0] ?? fail()],
			};
		};
		const missing = (tick: number): Contradiction => otherItem(published, { tick, index: 9, itemHash: item(0) });
		const fail = (): never => expect.fail("no tick");
		for (let size = 1; size <= 16; size++)
			for (let place = 0; place < size; place++) {
				const proof = encodeContradiction(around(size, place));
				expect(await accepts({ commitment, slot: WINDOW.first, fault: FAULT.contradiction, proof })).to.equal(false);
			}
		const real = (await faults())["contradiction (c)"] ?? fail();
		const claimed = { ...missingTick(published, MISSING), tickCount: 2 ** 32 - 1 };
		const byAnotherCount = await accepts({ ...real, proof: encodeContradiction(claimed) });
		expect(byAnotherCount).to.equal(false);
	});
});

const flip = (data: string, at: number, mask: bigint): string => {
	const word = BigInt(ethers.dataSlice(data, at, at + WORD)) ^ mask;
	return ethers.concat([ethers.dataSlice(data, 0, at), ethers.toBeHex(word, WORD), ethers.dataSlice(data, at + WORD)]);
};

/** The same siblings as for the tick's real place, read as if they were for another: RFC 9162, section 2.1.3.2. */
function verifies(elements: Uint8Array[], tick: number, place: number, count: number): boolean {
	if (place >= count) return false;
	return (
		climb(elements[tick] ?? new Uint8Array(32), place, count, merkleProof(elements, tick)) ===
		bytesToHex(merkleRoot(elements))
	);
}

function climb(element: Uint8Array, place: number, count: number, siblings: readonly Uint8Array[]): string | null {
	let node = ethers.keccak256(ethers.concat(["0x00", element]));
	let [at, last] = [place, count - 1];
	for (const sibling of siblings) {
		if (last === 0) return null;
		if (at % 2 === 1 || at === last) {
			node = ethers.keccak256(ethers.concat(["0x01", sibling, node]));
			while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
		} else node = ethers.keccak256(ethers.concat(["0x01", node, sibling]));
		[at, last] = [at >> 1, last >> 1];
	}
	return last === 0 ? node : null;
}

/** The contradiction with lists a bit shorter, longer, or in another order. */
function shapes(contradiction: Contradiction): Contradiction[] {
	const lists = (list: readonly string[]): (readonly string[])[] =>
		[
			list.slice(1),
			list.slice(0, -1),
			[...list, ethers.ZeroHash],
			[ethers.ZeroHash, ...list],
			[...list].reverse(),
		].filter((changed) => changed.join() !== list.join());
	const { itemSiblings, ticks } = contradiction;
	const ofTicks = ticks.flatMap((tick, place) =>
		lists(tick.siblings).map((siblings) => ticks.map((other, i) => (i === place ? { ...other, siblings } : other))),
	);
	const zero: Hash32 = `0x${"00".repeat(32)}`;
	return [
		...ofTicks.map((changed) => ({ ...contradiction, ticks: changed })),
		...lists(itemSiblings).map((changed) => ({ ...contradiction, itemSiblings: changed })),
		...[[], ticks.slice(1), [...ticks, ...ticks], [...ticks].reverse()]
			.filter((changed) => changed.length !== ticks.length || ticks.length > 1)
			.map((changed) => ({ ...contradiction, ticks: changed })),
		{ ...contradiction, item: contradiction.item === zero ? item("extra") : zero },
	];
}
