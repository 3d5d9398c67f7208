/** Two real processes of `meridian sequence`, whose windows alternate, killed and started again at any moment, on an L1 that goes by the clock. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { itemHash } from "../../src/codec/itemHash.ts";
import { parseReceipt, type Receipt, verifyReceipt } from "../../src/codec/receipt.ts";
import { slotAt, slotStart, tickTime } from "../../src/derive/clock.ts";
import type { Delegate } from "../../src/devnet/beacon/setup.ts";
import type { DevnetRollup } from "../../src/devnet/setup.ts";
import { sign } from "../../src/devnet/traffic.ts";
import { PROMISED, USERS, type User } from "../../src/devnet/users.ts";
import { coverOf } from "../../src/l1/cover.ts";
import { type Right, rightOf } from "../../src/l1/rights.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Hash32, Leg, Tick } from "../../src/primitives/types.ts";
import { Sequencer } from "../../src/sequencer/sequencer.ts";
import { L1Track } from "../../src/sequencer/track.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { ProcessWorld, type SequencerProcess } from "../helpers/sequencer/processes.ts";

/** In which they are killed. */
const SLOTS = 12;
/** Later ones nobody has made known. */
const LAST_KNOWN = 3 * 32 - 4;
const ENOUGH = 2;
const random = seededRandom(4_005);

interface Promised {
	readonly receipt: Receipt;
	readonly leg: Leg;
}

interface Published {
	readonly publisher: string;
	readonly slot: number;
	readonly firstTick: Tick;
	readonly lastTick: Tick;
}

describe(`two processes of meridian sequence, killed and started again (seed ${random.seed})`, function () {
	this.timeout(180_000);
	let world: ProcessWorld;
	const promised: Promised[] = [];
	let publications: readonly Published[] = [];
	let items: ReadonlyMap<Tick, readonly Hash32[]> = new Map();
	const rights = new Map<number, Right>();

	before(async () => {
		world = await ProcessWorld.open();
		for (const delegate of world.delegates) world.start(delegate);
		for (const { name } of world.delegates) await world.lives.get(name)?.[0]?.says(/receipts at/);
		const first = Math.max(slotAt(world.config, world.setup.start), slotNow());
		const over = new AbortController();
		const users = runUsers(over.signal);
		for (let kills = 0; kills < 4 || slotNow() < first + SLOTS; kills++)
			await killOne(world.delegates[kills] ?? random.pick(world.delegates));
		// However slow this machine is, each comes to publish something.
		while (slotNow() < LAST_KNOWN && !world.delegates.every(hasEnough)) await sleep(100);
		for (const { name } of world.delegates)
			await world.lives
				.get(name)
				?.at(-1)
				?.says(/receipts at/);
		over.abort();
		await users;
		// What is promised by now has its windows left.
		const lastSlot = slotNow() + 3;
		while (slotNow() < lastSlot) await sleep(100);
		for (const { name } of world.delegates) expect(await world.lives.get(name)?.at(-1)?.end("SIGINT")).to.equal(130);
		await readL1();
	});
	after(async () => await world?.close());

	const slotNow = (): number => slotAt(world.config, Date.now() / 1_000);

	const hasEnough = ({ name }: Delegate): boolean => {
		const said = (world.lives.get(name) ?? []).map(({ out }) => out).join("");
		return (said.match(/ are in L1 block/g) ?? []).length > ENOUGH;
	};

	/** Waits, kills, waits, starts again. */
	async function killOne(delegate: Delegate): Promise<void> {
		await sleep(1_000 + random.below(3_000));
		const life = world.lives.get(delegate.name)?.at(-1);
		await life?.end("SIGKILL");
		await sleep(random.below(1_500));
		const next = world.start(delegate);
		// Some do not even get to their first request.
		if (random.below(4) > 0) await next.says(/receipts at/);
	}

	/** Each of them sends the next transaction that L1 lets it, to anybody, again and again; some send the same to both. */
	async function runUsers(signal: AbortSignal): Promise<void> {
		const [{ account }] = world.proposers.delegates;
		// It reads and orders nothing.
		const reader = await Sequencer.open(world.source(), { account });
		try {
			for (let turn = 0; !signal.aborted; turn++) {
				await reader.sync();
				const all = [...USERS, ...PROMISED];
				const user = all[turn % all.length];
				const rollup = world.setup.rollups[Math.floor(turn / all.length) % world.setup.rollups.length];
				if (user === undefined || rollup === undefined) throw new Error("no user");
				const nonce = Number(reader.nonceOf(rollup.rollupId, user.address));
				await askBoth(rollup, user, nonce, turn);
				await sleep(50);
			}
		} finally {
			await reader.close();
		}
	}

	async function askBoth({ chainId, rollupId }: DevnetRollup, user: User, nonce: number, turn: number): Promise<void> {
		const transfer = async (value: number): Promise<Leg> => ({
			rollupId,
			rawTx: await sign(user.wallet, chainId, nonce, { to: user.address, value: BigInt(value), gasLimit: 21_000n }),
		});
		const same = random.below(2) === 0;
		await Promise.all(
			world.delegates.map(async ({ name }, i) => await ask(name, await transfer(2 * turn + (same ? 0 : i)))),
		);
	}

	/** What it answers with, unless it is not there, refuses, or dies. */
	async function ask(name: string, leg: Leg): Promise<void> {
		const url = world.running(name)?.url;
		if (url === undefined) return;
		const text = await fetch(`${url}/v1/transactions`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ rollupId: leg.rollupId, rawTx: bytesToHex(leg.rawTx) }),
		}).then(
			async (response) => (response.ok ? await response.text() : null),
			() => null,
		);
		if (text === null) return;
		const parsed = parseReceipt(text);
		if (!parsed.ok) expect.fail(parsed.what);
		promised.push({ receipt: parsed.receipt, leg });
	}

	/** As a stranger would, from the first block on. */
	async function readL1(): Promise<void> {
		const track = await L1Track.open(world.source());
		await track.advance();
		publications = track.blocks.flatMap(({ publications: all, state }) =>
			all.map(({ header: { firstTick, lastTick }, publisher }) => ({
				publisher,
				slot: slotAt(world.config, state.l1.timestamp),
				firstTick,
				lastTick,
			})),
		);
		const ticks = track.blocks.flatMap((block) => block.ticks);
		items = new Map(ticks.map((tick) => [tick.tick, tick.items.map((item) => bytesToHex(itemHash(item)))]));
		for (let slot = slotAt(world.config, world.setup.start); slot <= slotNow() + 1; slot++) {
			const right = await rightOf(world.chain.rpc, world.proposers.rights, slot);
			if (right !== null) rights.set(slot, right);
		}
	}

	const livesOf = (address: string): readonly SequencerProcess[] => {
		const delegate = world.delegates.find(({ account }) => account.address === address);
		return world.lives.get(delegate?.name ?? "") ?? [];
	};
	const ownerOf = (tick: Tick): Right | undefined =>
		[...rights.values()].find(({ maxTick, minTick }) => minTick <= tick && tick <= maxTick);
	const isPublished = (tick: Tick): boolean =>
		publications.some(({ firstTick, lastTick: last }) => firstTick <= tick && tick <= last);

	/** Ticks that a process has said to be broken, or not published when it was ended. */
	const confessed = (address: string): ReadonlySet<Tick> =>
		new Set(
			livesOf(address).flatMap(({ err, out }) =>
				[...`${out}${err}`.matchAll(/(?:PROMISES of|not on L1 yet:) ticks ([\d, ]+\d)/g)].flatMap(([, list = ""]) =>
					list.split(", ").map(Number),
				),
			),
		);

	it("P-16: each publication is by the owner of its slot's window, within it, and each has its share", () => {
		for (const { firstTick, lastTick: last, publisher, slot } of publications) {
			const right = rights.get(slot);
			expect(right?.sequencer, `slot ${slot}`).to.equal(publisher);
			expect(firstTick).to.be.at.least(right?.minTick ?? Number.POSITIVE_INFINITY);
			expect(last).to.be.at.most(right?.maxTick ?? 0);
		}
		for (const { account, name } of world.delegates)
			expect(publications.filter(({ publisher }) => publisher === account.address).length, name).to.be.at.least(ENOUGH);
	});

	it("P-2, P-3: every receipt is good", () => {
		expect(promised.length).to.be.greaterThan(20);
		for (const { leg, receipt } of promised)
			expect(verifyReceipt(receipt, { kind: "tx", leg })).to.deep.equal({ ok: true });
	});

	it("P-4: every receipt is covered by its signer's bond and right", async () => {
		const { slasher } = world.proposers;
		// What is asked differs by signer and tick only.
		const ticks = new Map(promised.map(({ receipt }) => [`${receipt.sequencer} ${receipt.tick}`, receipt]));
		for (const receipt of ticks.values()) {
			const verdict = await coverOf(world.chain.rpc, receipt, { slasher });
			expect(verdict.ok, verdict.ok ? "" : verdict.what).to.equal(true);
		}
	});

	it("P-8: nobody has promised one place twice, over all of their lives", () => {
		const places = new Map<string, Hash32>();
		for (const { receipt } of promised) {
			const place = `${receipt.sequencer} ${receipt.tick}:${receipt.index}`;
			expect(places.get(place) ?? receipt.itemHash, place).to.equal(receipt.itemHash);
			places.set(place, receipt.itemHash);
		}
	});

	it("P-9: nothing that is published contradicts a receipt", () => {
		let kept = 0;
		for (const { receipt } of promised) {
			const { index, itemHash: hash, sequencer, tick } = receipt;
			expect(ownerOf(tick)?.sequencer, `owner of tick ${tick}`).to.equal(sequencer);
			if (!isPublished(tick)) continue;
			expect(items.get(tick)?.[index], `tick ${tick}, place ${index}`).to.equal(hash);
			kept++;
		}
		expect(kept).to.be.greaterThan(10);
	});

	it("P-13, P-18: what is promised and not published, its sequencer knows and says", () => {
		for (const { receipt } of promised)
			if (!isPublished(receipt.tick))
				expect([...confessed(receipt.sequencer)], `of ${receipt.sequencer}`).to.include(receipt.tick);
	});

	it("P-16: no window stays empty whose owner lived through it and has promised in it, unless it says why", () => {
		const windows = new Map(
			[...rights].map(([slot, right]) => [right.maxTick, { ...right, end: slotStart(world.config, slot) }]),
		);
		let whole = 0;
		for (const { end, maxTick, minTick, sequencer } of windows.values()) {
			const begin = tickTime(world.config, minTick);
			const life = livesOf(sequencer).find(({ endedAt, readyAt }) => readyAt < begin * 1_000 && endedAt > end * 1_000);
			const isOwn = ({ receipt }: Promised): boolean =>
				receipt.sequencer === sequencer && minTick <= receipt.tick && receipt.tick <= maxTick;
			const ticks = [...new Set(promised.filter(isOwn).map(({ receipt }) => receipt.tick))];
			if (life === undefined || ticks.length === 0) continue;
			const said = confessed(sequencer);
			expect(
				ticks.filter((tick) => !isPublished(tick) && !said.has(tick)),
				`ticks ${minTick} to ${maxTick}`,
			).to.deep.equal([]);
			if (ticks.every(isPublished)) whole++;
		}
		expect(whole).to.be.at.least(ENOUGH);
	});

	it("P-13: though both were killed in the middle of it all, and none ever failed", () => {
		for (const { name } of world.delegates) expect(world.lives.get(name)?.length, name).to.be.at.least(2);
		for (const { err } of [...world.lives.values()].flat()) expect(err).to.not.match(/error:|\n\s+at /);
	});
});
