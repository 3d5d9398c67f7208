import { expect } from "chai";
import fc from "fast-check";
import { beforeEach, describe, it } from "mocha";
import { itemHash } from "../../../../src/codec/itemHash.ts";
import { type Receipt, verifyReceipt } from "../../../../src/codec/receipt.ts";
import { tickTime } from "../../../../src/derive/clock.ts";
import { bytesToHex } from "../../../../src/primitives/bytes.ts";
import type { Hash32, Item, Leg } from "../../../../src/primitives/types.ts";
import type { Journal } from "../../../../src/sequencer/preconf/journal.ts";
import { Promises } from "../../../../src/sequencer/preconf/promises.ts";
import { createPromiseSigner } from "../../../../src/sequencer/preconf/signer.ts";
import type { PromiseAnswer } from "../../../../src/sequencer/preconf/types.ts";
import { anySeed } from "../../../helpers/preconf/seed.ts";
import { CONFIG, IDENTITY, PromiseWorld, transfer, users } from "../../../helpers/preconf/world.ts";

const good = (answer: PromiseAnswer): Receipt => {
	if (!answer.ok) expect.fail(`${answer.reason}: ${answer.message}`);
	return answer.receipt;
};
const place = (answer: PromiseAnswer): [number, number] => {
	const { index, tick } = good(answer);
	return [tick, index];
};
const reason = (answer: PromiseAnswer): string => (answer.ok ? "promised" : answer.reason);
const asItem = (leg: Leg): Item => ({ kind: "tx", leg });

describe("promises", () => {
	let world: PromiseWorld;

	beforeEach(async () => {
		world = await PromiseWorld.open();
	});

	it("P-1, P-3: place items in the order of their arrival, in the first tick whose time is not past, and the receipts are good", async () => {
		const legs = await Promise.all([0, 1, 2].map((nonce) => transfer({ nonce })));
		const answers = await Promise.all(legs.map((leg) => world.send(leg)));
		expect(answers.map(place)).to.deep.equal([0, 1, 2].map((index) => [world.next, index]));
		for (const [i, answer] of answers.entries())
			expect(verifyReceipt(good(answer), asItem(legs[i] as Leg))).to.deep.equal({ ok: true });
		expect(good(answers[0] as PromiseAnswer)).to.include({ ...IDENTITY, version: 1 });
		await world.promises.close(world.next);
		expect(world.promises.itemsOf(world.next)).to.deep.equal(legs.map(asItem));
	});

	it("P-13: are on disk before the receipt leaves", async () => {
		const commits: string[] = [];
		const { store } = world;
		const commit = store.commit.bind(store);
		store.commit = async (sequence, changes) => {
			await new Promise((resolve) => setTimeout(resolve, 5));
			commits.push("begin");
			await commit(sequence, changes);
			commits.push("end");
		};
		const answering = transfer()
			.then((leg) => world.send(leg))
			.then(() => commits.push("receipt"));
		await answering;
		expect(commits).to.deep.equal(["begin", "end", "receipt"]);
	});

	it("share one write of the disk among all that arrive while another is under way", async () => {
		let writes = 0;
		const commit = world.store.commit.bind(world.store);
		world.store.commit = async (sequence, changes) => {
			writes++;
			await new Promise((resolve) => setTimeout(resolve, 10));
			await commit(sequence, changes);
		};
		const legs = await Promise.all(Array.from({ length: 50 }, (_, nonce) => transfer({ nonce })));
		const answers = await Promise.all(legs.map((leg) => world.send(leg)));
		expect(answers.every((answer) => answer.ok)).to.equal(true);
		expect(writes).to.be.within(1, 3);
	});

	it("a bundle is one item with one place", async () => {
		const legs = [await transfer({ rollupId: 1 }), await transfer({ rollupId: 2 })];
		const receipt = good(await world.promises.bundle(legs));
		expect(verifyReceipt(receipt, { kind: "bundle", legs })).to.deep.equal({ ok: true });
		expect(place(await world.send(await transfer({ nonce: 1 })))).to.deep.equal([world.next, 1]);
		expect(reason(await world.promises.bundle([]))).to.equal("legs");
		// Nothing of a bundle that cannot be promised as a whole counts for anybody.
		expect(reason(await world.promises.bundle([await transfer({ nonce: 2 }), await transfer({ nonce: 5 })]))).to.equal(
			"nonce",
		);
		expect(place(await world.send(await transfer({ nonce: 2 })))).to.deep.equal([world.next, 2]);
	});

	it("who asks twice gets the same receipt, also after a restart", async () => {
		const leg = await transfer();
		const first = good(await world.send(leg));
		expect(good(await world.send({ ...leg, rawTx: leg.rawTx.slice() }))).to.deep.equal(first);
		const again = await PromiseWorld.open(world.store);
		again.nowMs += 60_000;
		expect(good(await again.send(leg))).to.deep.equal(first);
		expect(again.journal.itemsOf(first.tick)).to.have.lengthOf(1);
	});

	it("P-13: who asks again after the tick was given up gets another place, also after a restart", async () => {
		const [first, second] = [await transfer(), await transfer({ nonce: 1 })];
		const lost = good(await world.send(first));
		await world.send(second);
		await world.promises.close(lost.tick);
		await world.promises.holding(async () => {
			world.gone = lost.tick;
		});
		world.nowMs += 4_000;
		const again = good(await world.send(first));
		expect(again.itemHash).to.equal(lost.itemHash);
		expect([again.tick, again.index]).to.deep.equal([world.next, 0]);
		expect(good(await world.send(first))).to.deep.equal(again);
		// What followed it is not claimed any more either.
		expect(good(await world.send(second))).to.include({ tick: world.next, index: 1 });
		const next = await PromiseWorld.open(world.store);
		[next.gone, next.nowMs] = [world.gone, world.nowMs];
		expect(good(await next.send(first))).to.deep.equal(again);
		// The lost one being final forgets nothing of the other.
		await next.promises.forget(lost.tick);
		expect(good(await next.send(first))).to.deep.equal(again);
	});

	it("P-14: are refused when the clock is unknown, skewed, or no number", async () => {
		const leg = await transfer();
		world.errorMs = null;
		expect(reason(await world.send(leg))).to.equal("clock-unknown");
		for (const errorMs of [501, Number.POSITIVE_INFINITY, Number.NaN]) {
			world.errorMs = errorMs;
			expect(reason(await world.send(leg))).to.equal("clock-skewed");
		}
		world.errorMs = 500;
		expect(reason(await world.send(leg))).to.equal("promised");
		expect([...world.journal.ticks]).to.have.lengthOf(1);
	});

	it("P-14: are for ticks whose time is not past on any clock within the error, whatever the millisecond", async () => {
		for (const [ms, errorMs] of [
			[0, 0],
			[1_999, 0],
			[1_999, 1],
			[1_700, 300],
			[1_499, 500],
		] as const) {
			const fresh = await PromiseWorld.open();
			fresh.nowMs = (CONFIG.genesisTime + 100) * 1_000 + ms;
			fresh.errorMs = errorMs;
			const { tick } = good(await fresh.send(await transfer()));
			expect(tickTime(CONFIG, tick) * 1_000).to.be.greaterThan(fresh.nowMs + errorMs);
			expect(tickTime(CONFIG, tick - 1) * 1_000).to.be.at.most(fresh.nowMs + errorMs);
		}
	});

	it("P-14: are refused for ticks of others, of nobody known, or when a publication may come too late", async () => {
		const leg = await transfer();
		const { next } = world;
		const lastBlockTime = tickTime(CONFIG, next + 6);
		world.owned = () => "unknown";
		expect(reason(await world.send(leg))).to.equal("rights-unknown");
		world.owned = () => "not-owner";
		expect(reason(await world.send(leg))).to.equal("not-owner");
		world.owned = () => ({ firstTick: next - 9, lastTick: next - 1, lastBlockTime });
		expect(reason(await world.send(leg))).to.equal("not-owner");
		world.owned = () => ({ firstTick: next + 3, lastTick: next + 9, lastBlockTime });
		expect(reason(await world.send(leg))).to.equal("not-owner");
		world.owned = () => ({ firstTick: 0, lastTick: next + 9, lastBlockTime: world.nowMs / 1_000 + 4 });
		expect(reason(await world.send(leg))).to.equal("window-over");
		world.l1Known = false;
		world.owned = () => ({ firstTick: 0, lastTick: next + 9, lastBlockTime });
		expect(reason(await world.send(leg))).to.equal("l1-unknown");
		world.l1Known = true;
		// A window that begins with the tick after the next: that is promised.
		world.owned = (tick) => (tick > next ? { firstTick: next + 1, lastTick: next + 9, lastBlockTime } : "not-owner");
		const fresh = await PromiseWorld.open();
		fresh.owned = world.owned;
		expect(place(await fresh.send(leg))).to.deep.equal([next + 1, 0]);
	});

	it("go to the next tick when one is full, and are refused when those are full that may be promised", async () => {
		world = await PromiseWorld.open(undefined, { ahead: 1 });
		world.roomPerTick = 2;
		const answers: PromiseAnswer[] = [];
		for (let nonce = 0; nonce < 5; nonce++) answers.push(await world.send(await transfer({ nonce })));
		const { next } = world;
		expect(answers.slice(0, 4).map(place)).to.deep.equal([
			[next, 0],
			[next, 1],
			[next + 1, 0],
			[next + 1, 1],
		]);
		expect(reason(answers[4] as PromiseAnswer)).to.equal("ticks-full");
	});

	it("never go before what is promised to the same sender, whatever room there is", async () => {
		world.roomPerTick = 2;
		const { next } = world;
		await world.send(await transfer({ user: 0 }));
		// Two legs do not fit beside it.
		const legs = [await transfer({ user: 1 }), await transfer({ user: 1, nonce: 1 })];
		expect(place(await world.promises.bundle(legs))).to.deep.equal([next + 1, 0]);
		expect(place(await world.send(await transfer({ user: 1, nonce: 2 })))).to.deep.equal([next + 2, 0]);
		expect(place(await world.send(await transfer({ user: 2 })))).to.deep.equal([next, 1]);
	});

	it("count what is promised and not executed: nonces, balances, fees, mempool", async () => {
		const sender = (users[0]?.address ?? "").toLowerCase();
		world.accounts.set(`1:${sender}`, { nonce: 5n, balance: 21_000n * 10n ** 9n + 10n });
		expect(reason(await world.send(await transfer({ nonce: 4 })))).to.equal("nonce");
		expect(reason(await world.send(await transfer({ nonce: 6 })))).to.equal("nonce");
		expect(reason(await world.send(await transfer({ nonce: 5, value: 11n })))).to.equal("balance");
		world.waiting = true;
		expect(reason(await world.send(await transfer({ nonce: 5 })))).to.equal("nonce");
		world.waiting = false;
		expect(reason(await world.send(await transfer({ nonce: 5, maxFeePerGas: 10n ** 7n })))).to.equal("ticks-full");
		expect(reason(await world.send(await transfer({ nonce: 5, value: 10n })))).to.equal("promised");
		expect(reason(await world.send(await transfer({ nonce: 6, value: 0n })))).to.equal("balance");
		world.refuse.add(sender as `0x${string}`);
		expect(reason(await world.send(await transfer({ nonce: 6 })))).to.equal("refused-sender");
		expect(reason(await world.send({ rollupId: 3, rawTx: new Uint8Array(3) }))).to.equal("unknown-rollup");
		expect(reason(await world.send({ rollupId: 1, rawTx: new Uint8Array(3) }))).to.equal("undecodable");
		const elsewhere = await transfer({ rollupId: 2 });
		expect(reason(await world.send({ ...elsewhere, rollupId: 1 }))).to.equal("wrong-chain-id");
	});

	it("count a tick's items once while it is executed and after", async () => {
		const sender = (users[0]?.address ?? "").toLowerCase();
		const { next } = world;
		const leg = await transfer();
		await world.send(leg);
		await world.promises.close(next);
		const { decodeItem } = await import("../../../../src/sequencer/decode.ts");
		const txs = decodeItem(asItem(leg), world.orderState().rollups);
		await world.promises.making(next, txs, async () => {
			// In the middle of it, the state has the transaction already, and the order has not.
			world.accounts.set(`1:${sender}`, { nonce: 1n, balance: 10n ** 17n });
			expect(place(await world.send(await transfer({ nonce: 1 })))).to.deep.equal([next + 1, 0]);
			world.made(next);
		});
		expect(place(await world.send(await transfer({ nonce: 2 })))).to.deep.equal([next + 1, 1]);
		// L1 takes the tick back: its promise stands, and counts again.
		world.made(next - 1);
		world.accounts.clear();
		expect(place(await world.send(await transfer({ nonce: 3 })))).to.deep.equal([next + 1, 2]);
		expect(world.promises.ticksBetween(0, next)).to.deep.equal([next]);
	});

	it("wait while the state is of no moment", async () => {
		let release = (): void => undefined;
		const busy = new Promise<void>((resolve) => {
			release = resolve;
		});
		const holding = world.promises.holding(() => busy);
		let answered = false;
		const asked = world.send(await transfer()).then((answer) => {
			answered = true;
			return answer;
		});
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(answered).to.equal(false);
		release();
		await holding;
		expect(reason(await asked)).to.equal("promised");
	});

	it("stop for good when the journal cannot be written: no receipt leaves for what nobody has on disk", async () => {
		await world.send(await transfer());
		world.store.commit = async () => {
			throw new Error("disk full");
		};
		const answers = await Promise.all([
			world.send(await transfer({ nonce: 1 })),
			world.send(await transfer({ user: 1 })),
		]);
		expect(answers.map(reason)).to.deep.equal(["journal-failed", "journal-failed"]);
		Reflect.deleteProperty(world.store, "commit");
		expect(reason(await world.send(await transfer({ user: 2 })))).to.equal("journal-failed");
		const error = await world.promises.close(world.next).catch((thrown: unknown) => thrown);
		expect(error).to.include({ code: "journal-failed", recovery: "halt" });
	});

	it("are refused when too many wait for the disk", async () => {
		world = await PromiseWorld.open(undefined, { pending: 2 });
		const legs = await Promise.all([0, 1, 2].map((user) => transfer({ user })));
		const reasons = (await Promise.all(legs.map((leg) => world.send(leg)))).map(reason);
		expect(reasons).to.deep.equal(["promised", "promised", "busy"]);
	});

	it("are signed by nobody but the journal's sequencer", () => {
		const other = createPromiseSigner(`0x${"43".repeat(32)}`);
		const options = {
			config: CONFIG,
			identity: IDENTITY,
			signer: other,
			gate: { clock: () => ({ nowMs: 0, errorMs: 0 }), ownershipOf: () => "unknown" as const },
		};
		expect(() => new Promises({ ...options, journal: world.journal as Journal }))
			.to.throw()
			.with.property("code", "wrong-key");
		for (const key of ["0x", `0x${"00".repeat(32)}`, `0x${"ff".repeat(32)}`, "42".repeat(32)])
			expect(() => createPromiseSigner(key))
				.to.throw()
				.with.property("code", "bad-key");
	});

	it("P-13: never name one place twice, nor forget one, over any arrivals, closings, turned clocks and restarts", async () => {
		const steps = fc.array(fc.constantFrom("send", "close", "later", "back", "made", "restart", "forget", "race"), {
			minLength: 10,
			maxLength: 60,
		});
		await fc.assert(
			fc.asyncProperty(steps, async (todo) => {
				let one = await PromiseWorld.open();
				const promised = new Map<string, Hash32>();
				let closed = 0;
				let forgotten = 0;
				const nonces = [0, 0, 0, 0];
				const send = async (user: number) => {
					const leg = await transfer({ user, nonce: nonces[user] ?? 0 });
					const answer = await one.send(leg);
					if (!answer.ok) return;
					nonces[user] = (nonces[user] ?? 0) + 1;
					const { index, tick } = answer.receipt;
					expect(promised.has(`${tick}:${index}`), `${tick}:${index} twice`).to.equal(false);
					expect(tick).to.be.greaterThan(closed);
					promised.set(`${tick}:${index}`, bytesToHex(itemHash(asItem(leg))));
				};
				for (const [i, step] of todo.entries()) {
					if (step === "send") await send(i % 4);
					if (step === "race") await Promise.all([send(0), send(1), send(2), send(3)]);
					if (step === "later") one.nowMs += 1_300;
					if (step === "back") one.nowMs -= 2_700;
					if (step === "close") {
						closed = Math.max(closed, one.next);
						await one.promises.close(one.next);
					}
					if (step === "forget") {
						forgotten = Math.max(forgotten, one.next - 2);
						closed = Math.max(closed, forgotten);
						await one.promises.forget(forgotten);
					}
					if (step === "restart") {
						const { nowMs, store } = one;
						one = await PromiseWorld.open(store);
						one.nowMs = nowMs;
					}
					for (const tick of new Set([...promised.keys()].map((key) => Number(key.split(":")[0])))) {
						if (tick <= forgotten) continue;
						const list = one.promises.itemsOf(tick);
						for (const [key, hash] of promised) {
							const [at, index] = key.split(":").map(Number);
							if (at === tick) expect(bytesToHex(itemHash(list[index ?? 0] as Item))).to.equal(hash);
						}
					}
					// Forgotten promises are executed ones, so that nonces go on.
					for (const [user, nonce] of nonces.entries()) {
						const held = one.journal.ticks
							.flatMap((tick) => one.journal.itemsOf(tick))
							.filter(({ item }) => item.kind === "tx" && sentBy(item, user)).length;
						one.accounts.set(`1:${(users[user]?.address ?? "").toLowerCase()}`, {
							nonce: BigInt(nonce - held),
							balance: 10n ** 18n,
						});
					}
				}
			}),
			anySeed(25),
		);
	});
});

/** The transfers of a user go to himself. */
const sentBy = (item: Item, user: number): boolean =>
	item.kind === "tx" && bytesToHex(item.leg.rawTx).includes((users[user]?.address ?? "").slice(2).toLowerCase());
