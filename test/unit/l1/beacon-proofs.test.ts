import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { describe, it } from "mocha";
import { proverOf, type StateProver } from "../../../src/l1/beacon/prover.ts";
import { stateTree } from "../../../src/l1/beacon/tree.ts";
import type { Layout } from "../../../src/l1/beacon/types.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import type { Hash32 } from "../../../src/primitives/types.ts";
import { climb, FULU_LAYOUT, headerOf, rootOf, syntheticState } from "../../helpers/l1/beaconState.ts";
import { codeOf } from "../../helpers/l1/errors.ts";

/** More than one group of 4,096, the last one not full. */
const COUNT = 4_500;
const WANTED = [0, 7, 4_095, 4_096, COUNT - 1];
const { bytes, proposers, slot } = syntheticState(COUNT);
const epoch = Math.floor(slot / 32);
const tree = stateTree(bytes, "fulu", WANTED);

const prove = (layout: Layout = FULU_LAYOUT): StateProver =>
	proverOf(tree, { timestamp: 1, header: headerOf(slot, tree.root), layout, slotsPerEpoch: 32 });

/** Every proof of the state: what is proved, where, how, and what it says. */
function allProofs(): readonly (readonly [what: string, node: Hash32, gindex: bigint, branch: readonly Hash32[]])[] {
	const prover = prove();
	const version: Hash32 = `0x06${"00".repeat(31)}`;
	return [
		["fork", version, FULU_LAYOUT.forkVersion, prover.state.forkBranch],
		...([0, 1] as const).map((half) => {
			const { branch, chunks } = prover.lookahead(half);
			return [`half ${half}`, rootOf(chunks), FULU_LAYOUT.lookahead * 2n + BigInt(half), branch] as const;
		}),
		...[epoch - 1, 0].map((past) => {
			const { branch, mix } = prover.mix(past);
			return [`mix ${past}`, mix, FULU_LAYOUT.randao * 65_536n + BigInt(past), branch] as const;
		}),
		...WANTED.map((index) => {
			const { branch, fields } = prover.validator(index);
			return [
				`validator ${index}`,
				rootOf(fields),
				FULU_LAYOUT.validators * 2n ** 40n + BigInt(index),
				branch,
			] as const;
		}),
	];
}

describe("l1/beacon proofs", () => {
	const view = ssz.fulu.BeaconState.deserializeToView(bytes);

	it("computes the state's root as the library does from a whole tree", () => {
		expect(tree.root).to.equal(bytesToHex(view.hashTreeRoot()));
	});

	it("proves fork, lookahead, mixes and validators by branches of exactly the index's length (R-3, R-5, R-7, R-8)", () => {
		for (const [what, node, gindex, branch] of allProofs()) {
			expect(branch.length, what).to.equal(gindex.toString(2).length - 1);
			expect(climb(node, gindex, branch), what).to.equal(tree.root);
		}
	});

	it("makes no proof that holds with any word changed, missing or added, or one place beside (INV-RIGHTS-3, trap 21)", () => {
		for (const [what, node, gindex, branch] of allProofs()) {
			const other: Hash32 = `0x${"e7".repeat(32)}`;
			const wrong = [
				...branch.map((_, place) => climb(node, gindex, branch.with(place, other))),
				...branch.map((_, place) => climb(node, gindex, branch.toSpliced(place, 1))),
				climb(node, gindex, [...branch, other]),
				climb(other, gindex, branch),
				climb(node, gindex ^ 1n, branch),
			];
			for (const root of wrong) expect(root, what).to.not.equal(tree.root);
		}
	});

	it("reads what it proves: proposers of both epochs, mixes, keys and credentials", () => {
		const prover = prove();
		const [now, next] = [prover.lookahead(0), prover.lookahead(1)];
		expect([now.epoch, next.epoch]).to.deep.equal([epoch, epoch + 1]);
		expect([...now.proposers, ...next.proposers]).to.deep.equal(proposers);
		expect(prover.mix(epoch - 1).mix).to.equal(bytesToHex(view.randaoMixes.get(epoch - 1)));
		for (const index of WANTED) {
			const { publicKey, withdrawalCredentials } = prover.validator(index);
			const validator = view.validators.getReadonly(index).toValue();
			expect(publicKey).to.equal(bytesToHex(validator.pubkey));
			expect(withdrawalCredentials).to.equal(bytesToHex(validator.withdrawalCredentials));
		}
	});

	it("gives another root for every changed byte, or refuses the bytes", () => {
		const step = Math.floor(bytes.length / 10);
		for (let at = 40; at < bytes.length; at += step) {
			const changed = bytes.slice();
			changed[at] = (changed[at] ?? 0) ^ 0x10;
			const root = ((): string => {
				try {
					return stateTree(changed, "fulu").root;
				} catch {
					return "refused";
				}
			})();
			expect(root, `byte ${at}`).to.not.equal(tree.root);
		}
	});

	it("refuses bytes that are no state", async () => {
		const lengths = [0, 1, 1_000, bytes.length - 1, bytes.length + 1];
		for (const length of lengths) {
			const other = new Uint8Array(length);
			other.set(bytes.subarray(0, length));
			expect(await codeOf(() => stateTree(other, "fulu")), `${length} bytes`).to.equal("halt bad-state");
		}
		expect(await codeOf(() => stateTree(new Uint8Array(3_000_000).fill(0xff), "fulu"))).to.equal("halt bad-state");
		expect(await codeOf(() => stateTree(bytes, "gloas"))).to.equal("halt unknown-fork");
		expect(await codeOf(() => stateTree(bytes, "constructor"))).to.equal("halt unknown-fork");
	});

	it("proves nothing by a layout that is not the state's (R-3, trap 23)", async () => {
		const layouts: Layout[] = [
			{ ...FULU_LAYOUT, version: "0x07000000" },
			{ ...FULU_LAYOUT, forkVersion: 268n },
			{ ...FULU_LAYOUT, forkVersion: 2_690n },
			{ ...FULU_LAYOUT, lookahead: 99n },
			{ ...FULU_LAYOUT, lookahead: 2_960n },
			{ ...FULU_LAYOUT, randao: 78n },
			{ ...FULU_LAYOUT, validators: 1_510n },
		];
		for (const layout of layouts) expect(await codeOf(() => prove(layout))).to.equal("halt layout-mismatch");
	});

	it("refuses mixes that are not final or forgotten, and validators that were not asked for (R-7)", async () => {
		const prover = prove();
		for (const past of [epoch, epoch + 1, epoch - 65_536, -1])
			expect(await codeOf(() => prover.mix(past)), `epoch ${past}`).to.equal("usage no-mix");
		expect(await codeOf(() => prover.validator(8))).to.equal("usage no-validator");
		expect(await codeOf(() => stateTree(bytes, "fulu", [COUNT]))).to.equal("usage no-validator");
	});
});
