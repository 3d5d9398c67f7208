/** What Ethereum says: every block the executor makes is imported by an independent client, on another kind of state. */
import { expect } from "chai";
import { describe, it } from "mocha";
import { createClusterExecutor } from "../../src/execute/executor.ts";
import { gethGenesis } from "../../src/execute/genesis.ts";
import type { ClusterExecutor } from "../../src/execute/types.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import { memoryStore } from "../../src/store/open.ts";
import { type GethGenesis, Oracle } from "../helpers/execute/oracle.ts";
import { type Random, seededRandom } from "../helpers/execute/random.ts";
import { active, deposit, encodeAllocation, registration, TIMELINE, tickOf, txItem } from "../helpers/execute/ticks.ts";
import { Traffic, trafficAccounts, trafficAllocation } from "../helpers/execute/traffic.ts";

const genesisOf = (log: Parameters<typeof gethGenesis>[0]): GethGenesis =>
	JSON.parse(JSON.stringify(gethGenesis(log, TIMELINE)));

/** Small caches: everything is read back from the store again and again. */
const TINY = { cachedEntries: 20, cachedCodeBytes: 1_000, cachedNodes: 30 };

async function randomChain(
	random: Random,
	ticks: number,
	limits?: typeof TINY,
): Promise<{ reasons: Set<string>; executor: ClusterExecutor }> {
	const { below, pick, bytes } = random;
	const accounts = trafficAccounts(8);
	const rollup = registration({ allocation: encodeAllocation(trafficAllocation(accounts)) });
	const store = await memoryStore();
	const executor = await createClusterExecutor({ store, config: TIMELINE, cluster: 1, ...(limits && { limits }) });
	await executor.register(rollup);
	const oracle = await Oracle.from(genesisOf(rollup));
	expect(executor.heads()[0]?.hash, "genesis").to.equal(oracle.hash);
	const traffic = new Traffic({ random, chainId: rollup.config.chainId, accounts, drops: true });
	const reasons = new Set<string>();
	let tick = 0;
	for (let i = 0; i < ticks; i++) {
		tick += 1 + below(4);
		const items = Array.from({ length: below(10) }, () => txItem(1, traffic.next()));
		const deposits = Array.from({ length: below(3) }, (_, n) =>
			deposit(1, i * 3 + n, below(2) === 0 ? pick(accounts).address : bytesToHex(bytes(20)), BigInt(below(1_000_000))),
		);
		const settings = active(rollup, { gasLimit: below(4) === 0 ? 25_000_000 : 30_000_000 });
		const result = await executor.execute(
			tickOf(tick, { rollups: [settings], items, deposits, ...(below(5) === 0 && { coinbase: null }) }),
		);
		for (const { result: outcome } of result.outcomes) {
			if (outcome.kind === "held") return expect.fail("there is no bundle");
			reasons.add(outcome.kind === "dropped" ? outcome.reason : `status ${outcome.status}`);
		}
		for (const block of result.blocks) {
			await oracle.import(block.rlp);
			expect(block.hash).to.equal(oracle.hash);
		}
		for (const { address } of accounts) traffic.correct(address, executor.getNonce(1, address));
		if (below(3) === 0) await store.commit(tick, executor.takeChanges());
	}
	return { reasons, executor };
}

describe("execution against Ethereum", function () {
	this.timeout(120_000);

	it("E-1 to E-8, E-26: an independent client imports every block of random traffic", async () => {
		const random = seededRandom();
		try {
			const { reasons } = await randomChain(random, 120);
			expect([...reasons]).to.include.members(["status 0", "status 1", "undecodable", "nonce", "balance"]);
		} catch (error) {
			throw new Error(`seed ${random.seed}`, { cause: error });
		}
	});

	it("E-26: the same with caches that hold almost nothing", async () => {
		const random = seededRandom();
		try {
			await randomChain(random, 60, TINY);
		} catch (error) {
			throw new Error(`seed ${random.seed}`, { cause: error });
		}
	});
});
