import { expect } from "chai";
import { describe, it } from "mocha";
import { createClusterExecutor } from "../../../src/execute/executor.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import type { Leg } from "../../../src/primitives/types.ts";
import { decodeItem, decodePoolTx, itemOf, knownSender } from "../../../src/sequencer/decode.ts";
import { memoryStore } from "../../../src/store/open.ts";
import { alice, TestChain } from "../../helpers/execute/chain.ts";
import { TIMELINE } from "../../helpers/execute/ticks.ts";

async function admitted(chain: TestChain, nonce: number) {
	const decoded = decodePoolTx(chain.rollup.rollupId, 7_001, chain.sign(alice, { nonce }));
	if (!decoded.ok) return expect.fail(decoded.reason);
	return { tx: decoded.tx, item: itemOf(decoded.tx) };
}

describe("what was decoded for admission", () => {
	it("is not decoded again", async () => {
		const { item, tx } = await admitted(await TestChain.create(), 0);
		// Without a rollup nothing could be decoded.
		expect(decodeItem(item, new Map())).to.deep.equal([tx]);
		expect(decodeItem({ ...item }, new Map())).to.deep.equal([]);
	});

	it("tells whose the legs are, and nothing of other legs", async () => {
		const { item } = await admitted(await TestChain.create(), 0);
		const leg = item.kind === "tx" ? item.leg : expect.fail("a bundle");
		expect(bytesToHex(knownSender(leg) ?? new Uint8Array(0))).to.equal(alice.address);
		expect(knownSender({ ...leg })).to.equal(null);
	});

	it("makes the same blocks, by executors that ask for it", async () => {
		const chain = await TestChain.create();
		const asked = new Set<Leg>();
		const executor = await createClusterExecutor({
			...{ store: await memoryStore(), config: TIMELINE, cluster: 1 },
			knownSender(leg) {
				asked.add(leg);
				return knownSender(leg);
			},
		});
		await executor.register(chain.rollup);
		const items = [(await admitted(chain, 0)).item, chain.item(chain.sign(alice, { nonce: 1 }))];
		const tick = chain.next({ items });
		const expected = await chain.executor.execute(tick);
		expect(expected.outcomes.map(({ result }) => result.kind)).to.deep.equal(["included", "included"]);
		expect(await executor.execute(tick)).to.deep.equal(expected);
		expect(asked.size).to.equal(2);
	});
});
