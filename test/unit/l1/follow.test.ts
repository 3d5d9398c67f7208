import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";
import type { L1Source } from "../../../src/derive/ports.ts";
import { createPrefetch } from "../../../src/l1/prefetch.ts";
import type { RpcTransport } from "../../../src/l1/rpc.ts";
import { createL1Source } from "../../../src/l1/source.ts";
import { createStatus } from "../../../src/l1/status.ts";
import { MeridianError } from "../../../src/primitives/errors.ts";
import { Consumer } from "../../helpers/l1/consumer.ts";
import { codeOf, errorOf } from "../../helpers/l1/errors.ts";
import { type SyntheticBlock, SyntheticL1 } from "../../helpers/l1/syntheticL1.ts";
import * as timeline from "../../helpers/l1/timeline.ts";

const START = 1;

/** Deterministic numbers below 1. */
function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

describe("l1/follow", () => {
	let l1: SyntheticL1;
	beforeEach(async () => {
		l1 = await SyntheticL1.create();
		await timeline.createTimeline(l1);
	});

	/** A source on the synthetic chain; `spoil` may change each answer or throw. */
	function sourceOn(
		spoil: (method: string, params: readonly unknown[], truth: unknown) => unknown = (_m, _p, truth) => truth,
	): L1Source {
		const rpc: RpcTransport = {
			label: "L1 RPC http://test",
			request: async (method, params) => spoil(method, params, l1.rpc(method, params)),
		};
		return createL1Source({ rpc, inbox: timeline.INBOX, patience: { attempts: 2, pauseMs: 1 } });
	}

	const canonical = (): string[] => l1.blocks.slice(START).map((block) => block.hash);
	const held = (consumer: Consumer): string[] => consumer.blocks.map((block) => block.hash);

	it("reads from the start to a block that was asked for, and stops", async () => {
		await l1.mineEmpty(30);
		const consumer = new Consumer(START);
		await consumer.follow({ source: sourceOn(), until: 20 });
		expect(held(consumer)).to.deep.equal(canonical().slice(0, 20));
		await consumer.follow({ source: sourceOn(), until: 20 });
		expect(consumer.blocks).to.have.length(20);
	});

	it("goes on from where it was, and waits for blocks to come", async () => {
		await l1.mineEmpty(5);
		const consumer = new Consumer(START);
		await consumer.follow({ source: sourceOn(), until: 6 });
		setTimeout(() => void l1.mineEmpty(4), 10);
		await consumer.follow({ source: sourceOn(), until: 10 });
		expect(held(consumer)).to.deep.equal(canonical());
	});

	it("ends at once, without an error, when aborted: waiting, or with a request under way", async () => {
		for (const slow of [false, true]) {
			const abort = new AbortController();
			const consumer = new Consumer(START);
			const source = sourceOn((method, _params, truth) =>
				slow && method !== "eth_chainId" ? new Promise(() => undefined) : truth,
			);
			setTimeout(() => abort.abort(), 20);
			await consumer.follow({ source, pollMs: 60_000, signal: abort.signal });
			expect(consumer.blocks.length).to.equal(slow ? 0 : 1);
			await consumer.follow({ source, signal: abort.signal });
		}
	});

	it("tells the heads it saw", async () => {
		await l1.mineEmpty(5);
		const seen: number[] = [];
		await new Consumer(START).follow({
			source: sourceOn(),
			until: 6,
			onHeads: (heads) => seen.push(heads.latest.number),
		});
		expect(seen).to.deep.equal([6]);
	});

	for (const depth of [1, 2, 3, 7, 31, 63, 64])
		for (const longer of [-1, 0, 1, 5])
			if (depth + longer > 0)
				it(`undoes ${depth} blocks for a chain ${longer} longer (trap 15, D-11)`, async () => {
					l1.finalityDepth = 100;
					await l1.mineEmpty(70);
					const consumer = new Consumer(START);
					await consumer.follow({ source: sourceOn(), until: l1.head.number });
					const replaced = async (): Promise<void> => {
						l1.cut(depth);
						await l1.mineEmpty(depth + longer);
					};
					await replaced();
					const abort = new AbortController();
					const done = (): void => {
						if (consumer.last()?.hash === l1.head.hash) abort.abort();
					};
					await consumer.follow({ source: sourceOn(), signal: abort.signal }, done);
					expect(held(consumer)).to.deep.equal(canonical());
					expect(consumer.reorgs).to.deep.equal([depth]);
				});

	it("undoes everything down to before the start, if nothing was final", async () => {
		await l1.mineEmpty(3);
		const consumer = new Consumer(START);
		await consumer.follow({ source: sourceOn(), until: 4 });
		l1.cut(4);
		await timeline.createTimeline(l1);
		await l1.mineEmpty(4);
		await consumer.follow({ source: sourceOn(), until: 5 });
		expect(held(consumer)).to.deep.equal(canonical());
		expect(consumer.reorgs).to.deep.equal([4]);
	});

	const seed = Number(process.env.MERIDIAN_SEED ?? 20_261_123);
	it(`ends on the canonical chain after any reorgs at any moment (trap 15, D-11; MERIDIAN_SEED=${seed})`, async () => {
		for (let round = 0; round < 30; round++) {
			const random = randomOf(seed + round);
			l1 = await SyntheticL1.create();
			await timeline.createTimeline(l1);
			l1.finalityDepth = 10_000;
			await l1.mineEmpty(20);
			const consumer = new Consumer(START);
			const abort = new AbortController();
			let changes = 30;
			// Old answers are kept and given again at random: a node behind a balancer that lags, or sits on another fork for a moment.
			const past: SyntheticBlock[] = [...l1.blocks];
			const source = sourceOn((method, params, truth) => {
				if (random() < 0.05)
					throw new MeridianError("retry", "unreachable", "L1 RPC http://test does not answer (test)");
				if (random() < 0.05 && method === "eth_getBlockByNumber" && changes > 0)
					return past.findLast((block) => params[0] === "latest" || block.number === Number(params[0]))?.json ?? truth;
				return truth;
			});
			let changing = false;
			let highest = l1.head.number;
			const change = async (): Promise<void> => {
				if (changing || changes === 0 || random() > 0.4) return;
				changing = true;
				changes--;
				const depth = Math.min(l1.head.number, Math.floor(random() * random() * 20));
				past.splice(0, past.length, ...l1.blocks);
				l1.cut(depth);
				if (l1.blocks.length === 1) await timeline.createTimeline(l1);
				await l1.mineEmpty(Math.floor(random() * (depth + 4)));
				highest = Math.max(highest, l1.head.number);
				// A chain that only lost blocks looks like a node that lags: it is known for what it is once it has grown.
				if (changes === 0) await l1.mineEmpty(highest + 1 - l1.head.number);
				changing = false;
			};
			const look = (): void => {
				if (changes === 0 && !changing && consumer.last()?.hash === l1.head.hash) abort.abort();
			};
			// Changes come between events and while requests are under way.
			const ticking = setInterval(() => void change().then(look), 2);
			try {
				await consumer.follow({ source, signal: abort.signal, ahead: 1 + Math.floor(random() * 8) }, change);
			} finally {
				clearInterval(ticking);
			}
			expect(held(consumer), `round ${round}`).to.deep.equal(canonical());
		}
	});

	it("does not take an old head for a reorg", async () => {
		await l1.mineEmpty(30);
		const consumer = new Consumer(START);
		await consumer.follow({ source: sourceOn(), until: 31 });
		let answers = 0;
		const stale = sourceOn((method, params, truth) =>
			method === "eth_getBlockByNumber" && params[0] === "latest" && answers++ < 5
				? l1.blocks[5 + answers]?.json
				: truth,
		);
		await l1.mineEmpty(1);
		await consumer.follow({ source: stale, until: 32 });
		expect(consumer.reorgs).to.deep.equal([]);
		expect(answers).to.be.above(5);
	});

	it("does not take one block of another fork for a reorg, when the node then owns ours", async () => {
		await l1.mineEmpty(10);
		const consumer = new Consumer(START);
		await consumer.follow({ source: sourceOn(), until: 11 });
		const other = await SyntheticL1.create();
		await other.mineEmpty(12);
		await l1.mineEmpty(1);
		let lies = 3;
		const mixed = sourceOn((method, params, truth) =>
			method === "eth_getBlockByNumber" && params[0] === "0xc" && lies-- > 0 ? other.blocks[12]?.json : truth,
		);
		await consumer.follow({ source: mixed, until: 12 });
		expect(lies).to.be.below(1);
		expect(consumer.reorgs).to.deep.equal([]);
		expect(held(consumer)).to.deep.equal(canonical());
	});

	it("halts at a reorg below what was final, but only when it sees it again and again (D-11)", async () => {
		l1.finalityDepth = 5;
		await l1.mineEmpty(20);
		const consumer = new Consumer(START);
		let broken = false;
		const breaking = async (): Promise<void> => {
			if (broken || consumer.last()?.number !== 21) return;
			broken = true;
			l1.cut(6);
			await l1.mineEmpty(20);
		};
		const error = await errorOf(consumer.follow({ source: sourceOn() }, breaking));
		expect(error).to.include({ recovery: "halt", code: "reorg-below-finality" });
		expect(consumer.statuses[0]).to.include("looking again before believing it");
		expect(consumer.reorgs).to.deep.equal([]);
	});

	it("undoes all that was not final yet (D-11)", async () => {
		l1.finalityDepth = 5;
		await l1.mineEmpty(20);
		const consumer = new Consumer(START);
		await consumer.follow({ source: sourceOn(), until: 21 });
		l1.cut(5);
		await l1.mineEmpty(6);
		await consumer.follow({ source: sourceOn(), until: 22 });
		expect(consumer.reorgs).to.deep.equal([5]);
		expect(held(consumer)).to.deep.equal(canonical());
	});

	it("halts when the last blocks it remembers are all gone", async () => {
		await l1.mineEmpty(20);
		const consumer = new Consumer(START);
		await consumer.follow({ source: sourceOn(), until: 21 });
		l1.cut(10);
		await l1.mineEmpty(12);
		const forgetful = { last: () => consumer.last(), hashAt: (n: number) => (n > 15 ? consumer.hashAt(n) : null) };
		expect(await codeOf(consumer.follow({ source: sourceOn(), chain: forgetful }))).to.equal(
			"halt reorg-below-finality",
		);
	});

	it("waits for a source that fails, says so once in a line, and says when it is over", async () => {
		await l1.mineEmpty(3);
		let failures = 6;
		const source = sourceOn((_method, _params, truth) => {
			if (failures-- > 0)
				throw new MeridianError("retry", "unreachable", "L1 RPC http://test does not answer (connection refused)");
			return truth;
		});
		const consumer = new Consumer(START);
		await consumer.follow({ source, until: 4 });
		expect(held(consumer)).to.deep.equal(canonical());
		expect(consumer.statuses).to.deep.equal([
			"L1 RPC http://test does not answer (connection refused), trying again in 1 s",
			"L1 can be read again",
		]);
	});

	it("passes on what cannot be waited for", async () => {
		const halting = sourceOn((method, params, truth) =>
			method === "eth_getBlockByNumber" && params[0] !== "0x1" ? { ...(truth as object), timestamp: "0x1" } : truth,
		);
		expect(await codeOf(new Consumer(START).follow({ source: halting }))).to.equal("halt l1-header-hash");
	});
});

describe("l1/status", () => {
	it("repeats the same trouble only now and then, and other trouble at once", () => {
		const lines: string[] = [];
		let now = 0;
		const status = createStatus(
			(line) => lines.push(line),
			() => now,
		);
		status.fine();
		const trouble = (code: string): void => status.trouble(new MeridianError("retry", code, code), 4000);
		for (now = 0; now < 40_000; now += 1000) trouble("a");
		trouble("b");
		status.fine();
		status.fine();
		trouble("a");
		const again = ", trying again in 4 s";
		expect(lines).to.deep.equal([...Array(3).fill(`a${again}`), `b${again}`, "L1 can be read again", `a${again}`]);
	});
});

describe("l1/prefetch", () => {
	it("asks for blocks ahead, never beyond the newest, never more than allowed, and each once", async () => {
		const asked: number[] = [];
		const block = async (number: number) => {
			asked.push(number);
			return { number } as never;
		};
		const prefetch = createPrefetch({ block }, 3);
		for (let number = 5; number <= 10; number++) {
			expect((await prefetch.block(number, 10))?.number).to.equal(number);
			expect(Math.max(...asked)).to.equal(Math.min(10, number + 3));
		}
		expect(asked).to.deep.equal([5, 6, 7, 8, 9, 10]);
	});

	it("gives a failure to whoever uses the block, and asks anew after it", async () => {
		let failing = true;
		const block = async (number: number) => {
			if (failing && number === 6) throw new MeridianError("retry", "test", "test");
			return { number } as never;
		};
		const prefetch = createPrefetch({ block }, 3);
		await prefetch.block(5, 9);
		failing = false;
		expect(await codeOf(prefetch.block(6, 9))).to.equal("retry test");
		expect((await prefetch.block(6, 9))?.number).to.equal(6);
	});
});
