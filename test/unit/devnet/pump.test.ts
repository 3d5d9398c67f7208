import { expect } from "chai";
import { describe, it } from "mocha";
import type { BeaconNode } from "../../../src/devnet/beacon/node.ts";
import { automine, type Waiting } from "../../../src/devnet/beacon/pump.ts";
import { codeOf } from "../../helpers/l1/errors.ts";

/** A chain whose blocks take so many of the transactions that are ready. */
function chain(perBlock: number) {
	const waiting = { ready: 0, all: 0 };
	const filled: number[] = [];
	const node = {
		forks: { head: { header: { slot: 0 } } },
		async produce(slot: number) {
			const taken = Math.min(perBlock, waiting.ready);
			waiting.ready -= taken;
			waiting.all -= taken;
			node.forks.head.header.slot = slot;
			filled.push(taken);
			return { signed: { message: { body: { executionPayload: { transactions: Array(taken) } } } } };
		},
	};
	return { node: node as unknown as BeaconNode, waiting, filled };
}

/** Runs a pump until it gives up; what `stop` then throws. */
async function failureOf(node: BeaconNode, pending: () => Promise<Waiting>): Promise<unknown> {
	return await new Promise((resolve) => {
		const pump = automine(node, {
			pending,
			patienceMs: 50,
			onFailure: () => void pump.stop().then(() => resolve(null), resolve),
		});
	});
}

describe("slots for transactions", () => {
	it("come as long as any wait, and no more", async () => {
		const { node, filled, waiting } = chain(2);
		Object.assign(waiting, { ready: 5, all: 5 });
		const done = new Promise<void>((resolve) => {
			const pump = automine(node, {
				async pending() {
					if (waiting.all === 0) void pump.stop().then(resolve);
					return { ...waiting };
				},
			});
		});
		await done;
		expect(filled).to.deep.equal([2, 2, 1]);
	});

	it("that take nothing are given up, whether what waits is ready or not, and nobody waits for ever", async () => {
		for (const ready of [0, 1]) {
			const { node, filled, waiting } = chain(0);
			Object.assign(waiting, { ready, all: 2 });
			const failure = await failureOf(node, async () => ({ ...waiting }));
			expect(await codeOf(Promise.reject(failure))).to.equal("halt slots-stalled");
			expect(String(failure)).to.include(`2 transactions wait before slot ${ready + 1}, ${ready} of them ready`);
			expect(filled).to.deep.equal(Array(ready).fill(0));
		}
	});

	it("that cannot be filled are told of at once", async () => {
		const { node } = chain(1);
		const gone = new Error("the execution client is gone");
		expect(await failureOf(node, () => Promise.reject(gone))).to.equal(gone);
	});
});
