import { expect } from "chai";
import { ethers } from "ethers";
import { afterEach, beforeEach, describe, it } from "mocha";
import { EPOCH_SECONDS, SLOT_SECONDS, START_EPOCH, TIMELOCK_EPOCHS } from "../../bench/rights-l1.ts";
import { LookaheadOracle__factory } from "../../typechain-types/factories/l1/rights/LookaheadOracle__factory.ts";
import type { LookaheadOracle } from "../../typechain-types/l1/rights/LookaheadOracle.ts";
import { FULU, SLOTS_PER_EPOCH } from "../helpers/beacon/synthetic.ts";
import { createTestOracle, firstSlotOf, halfOf, type TestOracle } from "./support/oracle.ts";

describe("LookaheadOracle, its layouts", function () {
	this.timeout(240_000);

	let rights: TestOracle;
	let oracle: LookaheadOracle;
	let known: TestOracle["known"];
	let publish: TestOracle["publish"];

	beforeEach(async () => {
		rights = await createTestOracle();
		({ known, publish, oracle } = rights);
	});

	afterEach(async () => await rights.close());

	it("R-3 (trap 23): a state of another fork than the layout's is refused", async () => {
		for (const version of ["0x05000000", "0x07000000", "0x00000000", "0x06000001"]) {
			const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH) + 5, version });
			const { branch, chunks } = state.half(0);
			const expected = ethers.zeroPadBytes(FULU.version, 32);
			await expect(oracle.publish(proved, 0, chunks, branch))
				.to.be.revertedWithCustomError(oracle, "NotInState")
				.withArgs(FULU.forkVersion, expected);
		}
	});

	it("R-2, R-4 (trap 23): a state is read by the last layout that has begun in its own epoch", async () => {
		const { keeper } = rights;
		const fork = START_EPOCH + TIMELOCK_EPOCHS;
		const next = { ...FULU, fromEpoch: fork, version: "0x07000000" };
		const unknown = { ...FULU, fromEpoch: fork + 1, version: "0x08000000", lookahead: 0n };
		await expect(oracle.connect(keeper).addLayout(next)).to.emit(oracle, "LayoutAdded");
		await oracle.connect(keeper).addLayout(unknown);
		const versionOf = async (epoch: number) => (await oracle.layoutAt(epoch)).version;
		expect([await versionOf(0), await versionOf(fork - 1), await versionOf(fork)]).to.deep.equal([
			FULU.version,
			FULU.version,
			next.version,
		]);
		expect((await oracle.layoutAt(fork + 1)).lookahead).to.equal(0n);

		// The fork's first epoch, proved from the last state before it, which is of the old fork.
		const before = await publish(firstSlotOf(fork) - 1, 1);
		expect(await oracle.proposersOf(fork)).to.deep.equal(halfOf(before, 1));
		const slot = firstSlotOf(fork + 1) - 1;
		const stale = await known({ slot });
		const half = stale.state.half(1);
		await expect(oracle.publish(stale.proved, 1, half.chunks, half.branch))
			.to.be.revertedWithCustomError(oracle, "NotInState")
			.withArgs(FULU.forkVersion, ethers.zeroPadBytes(next.version, 32));
		const { proved, state } = await known({ slot, version: next.version });
		const { branch, chunks } = state.half(1);
		await oracle.publish(proved, 1, chunks, branch);
		expect(await oracle.proposersOf(fork + 1)).to.deep.equal(halfOf(state, 1));

		// Of what comes then nothing is known, whatever the version is.
		for (const version of [FULU.version, next.version, unknown.version]) {
			const last = await known({ slot: firstSlotOf(fork + 1), version });
			const { branch, chunks } = last.state.half(0);
			await expect(oracle.publish(last.proved, 0, chunks, branch))
				.to.be.revertedWithCustomError(oracle, "UnknownLayout")
				.withArgs(fork + 1);
		}
	});

	it("R-2: before the first layout nothing is known", async () => {
		const late = await new LookaheadOracle__factory(rights.signer).deploy(
			rights.genesisTime,
			SLOT_SECONDS,
			SLOTS_PER_EPOCH,
			ethers.ZeroAddress,
			0,
			{ ...FULU, fromEpoch: START_EPOCH + 1 },
		);
		const { proved, state } = await known({ slot: firstSlotOf(START_EPOCH + 1) - 1 });
		const { branch, chunks } = state.half(1);
		await expect(late.publish(proved, 1, chunks, branch))
			.to.be.revertedWithCustomError(oracle, "UnknownLayout")
			.withArgs(START_EPOCH);
		expect((await late.layoutAt(START_EPOCH)).version).to.equal("0x00000000");
		expect((await late.layoutAt(START_EPOCH + 1)).version).to.equal(FULU.version);
	});

	it("R-4, INV-RIGHTS-4: only the keeper adds layouts, behind the timelock and the last one, and whole ones", async () => {
		const { keeper, signer } = rights;
		const earliest = START_EPOCH + TIMELOCK_EPOCHS;
		const layout = { ...FULU, fromEpoch: earliest };
		await expect(oracle.connect(signer).addLayout(layout))
			.to.be.revertedWithCustomError(oracle, "NotKeeper")
			.withArgs(signer.address, keeper.address);
		const kept = oracle.connect(keeper);
		for (const fromEpoch of [0, START_EPOCH, earliest - 1])
			await expect(kept.addLayout({ ...layout, fromEpoch }))
				.to.be.revertedWithCustomError(oracle, "LayoutTooEarly")
				.withArgs(fromEpoch, earliest);
		for (const hole of [
			{ forkVersion: 0n },
			{ validators: 0n },
			{ randao: 0n },
			...["forkVersion", "lookahead", "validators", "randao"].map((name) => ({ [name]: 2n ** 40n })),
		])
			await expect(kept.addLayout({ ...layout, ...hole }))
				.to.be.revertedWithCustomError(oracle, "InvalidLayout")
				.withArgs(earliest);
		await kept.addLayout({ ...layout, fromEpoch: earliest + 50 });
		for (const fromEpoch of [earliest, earliest + 50])
			await expect(kept.addLayout({ ...layout, fromEpoch }))
				.to.be.revertedWithCustomError(oracle, "LayoutTooEarly")
				.withArgs(fromEpoch, earliest + 51);
		await kept.addLayout({ ...layout, fromEpoch: earliest + 51, lookahead: 0, forkVersion: 0 });
	});

	it("is not created with what it could not work with", async () => {
		const { genesisTime, signer } = rights;
		const deploy = (genesis: number, slotSeconds: number, slotsPerEpoch: number, timelock: bigint, layout = FULU) =>
			new LookaheadOracle__factory(signer).deploy(
				genesis,
				slotSeconds,
				slotsPerEpoch,
				ethers.ZeroAddress,
				timelock,
				layout,
			);
		const refused = [
			[deploy(genesisTime + 2 * START_EPOCH * EPOCH_SECONDS, 12, 32, 0n), "beaconGenesisTime"],
			[deploy(genesisTime, 0, 32, 0n), "slotSeconds"],
			[deploy(genesisTime, 2 ** 32, 32, 0n), "slotSeconds"],
			...[0, 1, 2, 3, 5, 6, 12, 31, 33, 64].map((n) => [deploy(genesisTime, 12, n, 0n), "slotsPerEpoch"] as const),
			[deploy(genesisTime, 12, 32, 2n ** 64n), "timelockEpochs"],
		] as const;
		for (const [deployed, name] of refused)
			await expect(deployed)
				.to.be.revertedWithCustomError(oracle, "InvalidParameter")
				.withArgs(ethers.encodeBytes32String(name), (value: unknown) => typeof value === "bigint");
		await expect(deploy(genesisTime, 12, 32, 0n, { ...FULU, randao: 0n } as unknown as typeof FULU))
			.to.be.revertedWithCustomError(oracle, "InvalidLayout")
			.withArgs(0);
		for (const slotsPerEpoch of [4, 8, 16, 32]) await deploy(genesisTime, 12, slotsPerEpoch, 2n ** 64n - 1n);
	});
});
