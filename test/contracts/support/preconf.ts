/** Three windows of four slots, the middle one the sequencer's, for tests of what its promises come to. */

import type { HardhatEthers } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { ethers } from "ethers";
import { network } from "hardhat";
import { DEVELOPMENT_KEY } from "../../../bench/anvil.ts";
import { commit } from "../../../bench/commitments.ts";
import { createPreconfL1, type PreconfL1, type PreconfOptions } from "../../../bench/preconf-l1.ts";
import type { Promised, PublishedTicks, TickItems } from "../../../src/l1/evidence.ts";
import type { Hash32 } from "../../../src/primitives/types.ts";
import type { IPreconfSlasher } from "../../../typechain-types/l1/PreconfSlasher.ts";

const BOND = 4n * 10n ** 18n;
export const BY_PROPOSER = 2;
export const BY_STAKE = 3;

/** Slots and ticks of the windows: ticks begin four seconds before the slots, as R-15 has it for a lead of 4 s. */
export const BEFORE = { first: 6, last: 9, minTick: 29, maxTick: 52 } as const;
export const WINDOW = { first: 10, last: 13, minTick: 53, maxTick: 76 } as const;
export const AFTER = { first: 14, last: 17, minTick: 77, maxTick: 100 } as const;

export type Evidence = IPreconfSlasher.EvidenceStruct;

export interface PreconfWorld extends PreconfL1 {
	/** For the matchers that compare balances. */
	readonly chain: HardhatEthers;
	readonly sequencer: ethers.Wallet;
	/** Owner of the windows before and after. */
	readonly neighbour: ethers.Wallet;
	readonly challenger: ethers.Wallet;
	/** By the sequencer, unless said otherwise. */
	promise(promised: Promised, by?: ethers.Wallet): Promise<IPreconfSlasher.CommitmentStruct>;
	/** What it takes from the bond; the transaction must not fail. */
	shown(evidence: Evidence): Promise<bigint>;
	/** Asks without sending; fails if the evidence is taken. */
	refused(evidence: Evidence, error: string, args?: readonly unknown[]): Promise<void>;
	/** A publication of the sequencer's in its window's third slot, unless said otherwise. */
	publishes(ticks: readonly TickItems[], slot?: number, by?: ethers.Wallet): Promise<PublishedTicks>;
	/** The window's last slot is over, and was not missed; and its ticks had a block to see. */
	windowEnds(): Promise<void>;
	close(): Promise<void>;
}

export const item = (label: string | number): Hash32 => ethers.id(`item ${label}`) as Hash32;

export const items = (count: number): Hash32[] => Array.from({ length: count }, (_, index) => item(index));

export async function createPreconfWorld(options: PreconfOptions = {}): Promise<PreconfWorld> {
	const connection = await network.create();
	const provider = new ethers.BrowserProvider(connection.provider, undefined, { cacheTimeout: -1 });
	const deployer = new ethers.Wallet(DEVELOPMENT_KEY, provider);
	const l1 = await createPreconfL1(deployer, options);
	const wallet = async (label: string): Promise<ethers.Wallet> => {
		const made = new ethers.Wallet(ethers.id(label), provider);
		await provider.send("hardhat_setBalance", [made.address, ethers.toQuantity(10n ** 20n)]);
		return made;
	};
	const [sequencer, neighbour, challenger] = [
		await wallet("sequencer"),
		await wallet("neighbour"),
		await wallet("challenger"),
	];
	await l1.slasher.add(sequencer.address, { value: BOND });
	for (const [{ first, last, minTick, maxTick }, owner] of [
		[BEFORE, neighbour],
		[WINDOW, sequencer],
		[AFTER, neighbour],
	] as const)
		await l1.rights.setWindow(first, last, { sequencer: owner.address, minTick, maxTick, kind: BY_PROPOSER });
	const asking = l1.slasher.connect(challenger);
	return {
		...l1,
		chain: connection.ethers,
		sequencer,
		neighbour,
		challenger,
		promise: async (promised, by = sequencer) => await commit(by, l1.domain, promised),
		async shown(evidence) {
			const amount = await asking.slash.staticCall(evidence);
			await (await asking.slash(evidence)).wait();
			return amount;
		},
		async refused(evidence, error, args) {
			const asked = asking.slash.staticCall(evidence);
			const refusal = expect(asked, `${error} expected`).to.be.revertedWithCustomError(l1.slasher, error);
			await (args === undefined ? refusal : refusal.withArgs(...args));
		},
		publishes: async (ticks, slot = WINDOW.first + 2, by = sequencer) => await l1.publish(by, ticks, l1.startOf(slot)),
		async windowEnds() {
			for (const slot of [BEFORE.last - 1, WINDOW.last]) await l1.setPayload(slot, true);
			await l1.at(l1.startOf(WINDOW.last + 1));
			await provider.send("evm_mine", []);
		},
		close: async () => await connection.close(),
	};
}
