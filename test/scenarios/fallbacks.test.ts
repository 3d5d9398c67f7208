/** L1's proposers, then the staked set, then anyone, then nobody: whoever is gone, the timeline goes on (R-12 to R-17, K-5, D-9, trap 3). */
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { after, before, describe, it } from "mocha";
import { tickAt } from "../../src/derive/clock.ts";
import { USERS } from "../../src/devnet/users.ts";
import { connectL1 } from "../../src/node/connect.ts";
import { openReader, type Reader } from "../../src/node/reader.ts";
import { bytesToHex, hexToBytes, uintToBytes } from "../../src/primitives/bytes.ts";
import type { Item } from "../../src/primitives/types.ts";
import { chooseOrigin } from "../../src/sequencer/origin.ts";
import { L1Track } from "../../src/sequencer/track.ts";
import { drain } from "../helpers/node/snapshot.ts";
import { Publications } from "../helpers/preconf/publications.ts";
import {
	ABI,
	addressOf,
	alice,
	bob,
	carol,
	EPOCH,
	payer,
	RightsWorld,
	ROLLUP,
	SLOT,
	type WorldOptions,
} from "../helpers/preconf/rightsWorld.ts";

const MAX_LAG_SLOTS = 8;
/** The first number of slots that is longer than `maxLag`. */
const OPEN_AFTER = MAX_LAG_SLOTS + 1;
const FORCED_SLOTS = 5;
const TIMING = { maxLag: MAX_LAG_SLOTS * SLOT, forcedDelay: FORCED_SLOTS * SLOT, maxOriginAge: 4 * SLOT };
const stranger = payer;

/** A world, and who publishes in it. */
class Fallbacks {
	readonly world: RightsWorld;
	readonly #publications: Publications;
	readonly #track: L1Track;

	private constructor(world: RightsWorld, track: L1Track) {
		this.world = world;
		this.#track = track;
		this.#publications = new Publications(world);
	}

	static async open(options: Omit<WorldOptions, "timing">): Promise<Fallbacks> {
		const world = await RightsWorld.open({ ...options, timing: TIMING });
		try {
			return new Fallbacks(world, await L1Track.open(connectL1({ rpc: world.chain.url, inbox: world.at.inbox })));
		} catch (error) {
			await world.close();
			throw error;
		}
	}

	/** Order state after L1's head. */
	async state() {
		await this.#track.advance();
		return this.#track.state;
	}

	/** Ticks that were ever made. */
	async ticks(): Promise<number[]> {
		await this.#track.advance();
		return this.#track.blocks.flatMap((block) => block.ticks).map(({ tick }) => tick);
	}

	/** One tick in the slot's block, its owner's last by default; whether L1 took it. */
	async publishes(from: HDNodeWallet, slot: number, { items = [], proof, tick }: Published = {}): Promise<boolean> {
		// A block of which the tick can know.
		if (this.world.head < slot - 1) await this.world.fill(slot - 1);
		const state = await this.state();
		const { config } = this.world;
		const wanted = tick ?? tickAt(config, this.world.startOf(slot) - config.slotSeconds + 4);
		const origin = chooseOrigin(config, state, state, wanted, 0);
		if (origin === null) expect.fail(`no block for tick ${wanted}`);
		const planned = [{ tick: wanted, l1Origin: origin.number, items }];
		const hash = await this.#publications.send(from, state, planned, proof);
		await this.world.fill(slot);
		return await this.world.went(hash);
	}

	/** of the newest publication. */
	async openProof(): Promise<string> {
		return bytesToHex(uintToBytes(BigInt((await this.state()).head) >> 224n, 32));
	}

	/** The last slot in which not everybody may publish. */
	async closedUntil(): Promise<number> {
		const { config } = this.world;
		const { lastTick } = await this.state();
		const time = config.genesisTime + lastTick * config.tickSeconds;
		return Math.floor((time - config.beaconGenesisTime) / SLOT) + OPEN_AFTER;
	}

	async enter(epoch: number, slot = 1): Promise<number> {
		await this.world.fill(epoch * EPOCH + slot);
		return this.world.head + 2;
	}
}

interface Published {
	readonly items?: readonly Item[];
	readonly proof?: string;
	readonly tick?: number;
}

async function transfer(nonce: number): Promise<Uint8Array> {
	const [{ address, wallet }] = USERS as [(typeof USERS)[number]];
	const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n, gasLimit: 21_000n };
	const { chainId } = ROLLUP;
	return hexToBytes(await wallet.signTransaction({ type: 2, chainId, nonce, to: address, value: 1n, ...fees }));
}

describe("when no L1 proposer has opted in", function () {
	this.timeout(120_000);
	let fallbacks: Fallbacks;
	let world: RightsWorld;
	let reader: Reader;

	before(async () => {
		fallbacks = await Fallbacks.open({ delegates: () => null, pool: carol });
		({ world } = fallbacks);
		reader = await openReader({ source: connectL1({ rpc: world.chain.url, inbox: world.at.inbox }) });
	});
	after(async () => await world?.close());

	it("the sequencer that the staked set has drawn publishes, whether the epoch is sealed empty or not at all (R-14, K-5)", async () => {
		for (const seal of [true, false]) {
			await world.fill();
			const epoch = await world.prepareNext({ seal });
			await world.fill();
			const sealed = await world.ask(ABI.rights, world.at.rights, "sealOf", [epoch]);
			expect([sealed.isSealed, sealed.owned]).to.deep.equal([seal, 0n]);
			const slot = await fallbacks.enter(epoch);
			expect(await world.rightOf(slot)).to.include({ sequencer: addressOf(carol), kind: 3 });
			expect(await fallbacks.publishes(alice, slot)).to.equal(false);
			expect(await fallbacks.publishes(carol, slot + 1)).to.equal(true);
		}
	});

	it("and if nobody is drawn, anyone publishes when it has been quiet for long enough, and not a slot earlier (R-17)", async () => {
		const epoch = Math.floor(world.head / EPOCH) + 1;
		const first = await fallbacks.enter(epoch);
		expect(await world.rightOf(first)).to.include({ kind: 1 });
		expect(await fallbacks.publishes(carol, first)).to.equal(false);
		// The last publication was an epoch ago: it is open. From the next one on it is quiet again.
		expect(await fallbacks.publishes(stranger, first + 1, { proof: await fallbacks.openProof() })).to.equal(true);
		const closed = await fallbacks.closedUntil();
		const proof = await fallbacks.openProof();
		await expectOpen(closed, proof, "NotOpen");
		await expectOpen(closed + 1, proof, null);
		await world.fill(closed - 1);
		expect(await fallbacks.publishes(stranger, closed, { proof })).to.equal(false);
		expect(await fallbacks.publishes(stranger, closed + 1)).to.equal(false);
		expect(await fallbacks.publishes(stranger, closed + 2, { proof })).to.equal(true);
		expect(await fallbacks.publishes(bob, closed + 3, { proof })).to.equal(false);
	});

	/** What the rights module tells the Inbox of a slot. */
	async function expectOpen(slot: number, proof: string, refusal: string | null): Promise<void> {
		const data = ABI.rights.encodeFunctionData("check", [stranger.address, slot, proof]);
		const call = { from: world.at.inbox, to: world.at.rights, data };
		const answered = world.chain.rpc.request("eth_call", [call, "latest"]).then(
			() => null,
			(error: { details: { rpcData: string } }) => ABI.rights.parseError(error.details.rpcData)?.name,
		);
		expect(await answered).to.equal(refusal);
	}

	it("and if everybody is gone, what was forced is executed from L1 alone; then somebody comes back (D-9, principle 7)", async () => {
		const { rollupId } = ROLLUP;
		const [fee] = await world.ask(ABI.forced, world.at.forced, "feeFor", [rollupId, 21_000]);
		const first = await transfer(0);
		const call = ABI.forced.encodeFunctionData("enqueue", [rollupId, 21_000, first]);
		expect(await world.sendNow(bob, world.at.forced, call, fee)).to.equal(true);
		const enqueued = world.head;
		await drain(reader.run({ until: "latest" }));
		const before = reader.heads()[0]?.number ?? -1;
		expect(reader.state.forced.size).to.equal(1);

		// Not a block before both delays are over.
		await world.fill(enqueued + FORCED_SLOTS + MAX_LAG_SLOTS - 1);
		await drain(reader.run({ until: "latest" }));
		expect(reader.state.forced.size).to.equal(1);
		await world.fill(enqueued + FORCED_SLOTS + MAX_LAG_SLOTS);
		const events = await drain(reader.run({ until: "latest" }));
		const ticks = events.flatMap((event) => (event.kind === "tick" ? [event.record] : []));
		expect(ticks.map(({ kind, publicationId }) => [kind, publicationId])).to.deep.include(["horizon", null]);
		const forced = ticks.flatMap(({ positions }) => positions);
		expect(forced.map(({ outcome }) => outcome?.kind)).to.deep.equal(["included"]);
		expect(reader.state.forced.size).to.equal(0);
		expect(reader.heads()[0]?.number).to.be.above(before);

		const proof = await fallbacks.openProof();
		const item: Item = { kind: "tx", leg: { rollupId, rawTx: await transfer(1) } };
		const closed = await fallbacks.closedUntil();
		const slot = Math.max(world.head + 2, closed + 1);
		expect(await fallbacks.publishes(carol, slot, { items: [item], proof })).to.equal(true);
		const more = (await drain(reader.run({ until: "latest" }))).flatMap((event) =>
			event.kind === "tick" ? event.record.positions : [],
		);
		expect(more.map(({ outcome }) => outcome?.kind)).to.deep.equal(["included"]);
	});
});

describe("when L1 proposers have opted in", function () {
	this.timeout(120_000);
	let fallbacks: Fallbacks;
	let world: RightsWorld;

	before(async () => {
		const delegates = (validator: number) => [alice, bob, null][validator % 3] ?? null;
		fallbacks = await Fallbacks.open({ delegates });
		({ world } = fallbacks);
	});
	after(async () => await world?.close());

	it("and one publishes nothing, its ticks stay empty and the next goes on; if that one is gone too, anyone does (R-15, R-17)", async () => {
		await world.fill();
		const epoch = await world.prepareNext();
		await world.fill();
		const { end, idle, last, next } = await neighbours(epoch * EPOCH + 2);
		expect([idle.kind, next.kind, next.minTick]).to.deep.equal([2, 2, idle.maxTick + 1]);
		await world.fill(last - 1);
		await world.fill(last);
		// Too late, and not hers.
		expect(await fallbacks.publishes(alice, last + 1, { tick: idle.maxTick })).to.equal(false);
		expect(await fallbacks.publishes(bob, end, { tick: idle.maxTick })).to.equal(false);
		const again = await neighbours(end + 1);
		await world.fill(again.last);
		expect(await fallbacks.publishes(bob, again.end, { tick: again.next.minTick })).to.equal(true);
		const made = await fallbacks.ticks();
		expect(made).to.include(again.next.minTick);
		for (const { maxTick, minTick } of [idle, next, again.idle])
			expect(made.filter((tick) => tick >= minTick && tick <= maxTick)).to.deep.equal([]);

		const proof = await fallbacks.openProof();
		const closed = await fallbacks.closedUntil();
		expect(await fallbacks.publishes(stranger, closed, { proof })).to.equal(false);
		expect(await world.rightOf(closed + 2)).to.include({ kind: 2 });
		expect(await fallbacks.publishes(stranger, closed + 2, { proof })).to.equal(true);
	});

	/** A window of Alice's that ends with `last`, and then one of Bob's that ends with `end` and has at least two slots. */
	async function neighbours(from: number) {
		for (let last = from; ; last++) {
			const [idle, next] = [await world.rightOf(last), await world.rightOf(last + 1)];
			if (idle === null || next === null) expect.fail("no such windows");
			if (idle.sequencer !== addressOf(alice) || next.sequencer !== addressOf(bob)) continue;
			let end = last + 1;
			while ((await world.rightOf(end + 1))?.minTick === next.minTick) end++;
			if (end > last + 1) return { last, end, idle, next };
		}
	}
});
