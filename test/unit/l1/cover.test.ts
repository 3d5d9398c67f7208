import { expect } from "chai";
import { Interface } from "ethers";
import { describe, it } from "mocha";
import type { Receipt } from "../../../src/codec/receipt.ts";
import { slotAt, tickTime } from "../../../src/derive/clock.ts";
import { type CoverVerdict, coverOf } from "../../../src/l1/cover.ts";
import type { RpcTransport } from "../../../src/l1/rpc.ts";
import { INBOX_ABI, RIGHTS_ABI, SLASHER_ABI } from "../../../src/primitives/abi.ts";
import { ZERO_ADDRESS, ZERO_HASH } from "../../../src/primitives/bytes.ts";
import { MeridianError } from "../../../src/primitives/errors.ts";
import type { Address } from "../../../src/primitives/types.ts";
import { CONFIG, IDENTITY } from "../../helpers/preconf/world.ts";

const TICK = 600;
const RIGHTS: Address = `0x${"dd".repeat(20)}`;
const OTHER: Address = `0x${"ee".repeat(20)}`;
const WINDOW = 3_600n;
const until = tickTime(CONFIG, TICK) + Number(WINDOW);
const receipt: Receipt = { version: 1, ...IDENTITY, tick: TICK, index: 0, itemHash: ZERO_HASH, signature: "0x" };
const slot = slotAt(CONFIG, tickTime(CONFIG, TICK));

/** What L1 says; a test changes one thing at a time. */
const TRUTH = {
	chainId: IDENTITY.chainId,
	inbox: IDENTITY.timeline as string,
	bond: 10n,
	leavesAt: 0n,
	penalty: 10n,
	now: tickTime(CONFIG, TICK) - 1,
	sequencer: IDENTITY.sequencer as string,
	kind: 2,
	/** The slots whose right covers the tick. */
	slots: [slot + 1] as readonly number[],
	minTick: TICK - 3,
	maxTick: TICK + 2,
};

function node(changes: Partial<typeof TRUTH>, answers: Readonly<Record<string, string>> = {}): RpcTransport {
	const truth = { ...TRUTH, ...changes };
	const abi = new Interface([...INBOX_ABI, ...RIGHTS_ABI, ...SLASHER_ABI]);
	const parts: Readonly<Record<string, readonly unknown[]>> = {
		timeline: [OTHER, OTHER, OTHER, RIGHTS, 1, CONFIG, ZERO_HASH],
		inbox: [truth.inbox],
		bondOf: [truth.bond, truth.leavesAt],
		parameters: [{ penalty: truth.penalty, livenessFee: 1n, exitDelay: 1n, challengeWindow: WINDOW }],
	};
	const call = (to: string, data: string): string => {
		const described = abi.parseTransaction({ data });
		const name = described?.name ?? "";
		if (answers[name] !== undefined) return answers[name];
		const home: Readonly<Record<string, string>> = { timeline: IDENTITY.timeline, rightOf: RIGHTS };
		if (to !== (home[name] ?? IDENTITY.slasher)) return "0x";
		if (name !== "rightOf") return abi.encodeFunctionResult(name, parts[name]);
		const asked = Number(described?.args[0]);
		const covers = truth.slots.includes(asked);
		const right = covers
			? [truth.sequencer, truth.minTick, truth.maxTick, truth.kind]
			: [OTHER, TICK + 100, TICK + 200, 2];
		return abi.encodeFunctionResult(name, right);
	};
	return {
		label: "test",
		async request(method, params) {
			if (method === "eth_chainId") return `0x${truth.chainId.toString(16)}`;
			if (method === "eth_getBlockByNumber") return { timestamp: `0x${truth.now.toString(16)}` };
			const { data, to } = params[0] as { data: string; to: string };
			const answer = call(to, data);
			if (answer === "revert") throw new MeridianError("retry", "rpc-error", "execution reverted");
			if (answer === "silence") throw new MeridianError("retry", "unreachable", "nobody answers");
			return answer;
		},
	};
}

const reasonOf = (verdict: CoverVerdict): string => (verdict.ok ? "covered" : verdict.reason);
const judged = async (changes: Partial<typeof TRUTH>): Promise<string> =>
	reasonOf(await coverOf(node(changes), receipt));

describe("the cover of a receipt", () => {
	it("P-4: is there with the right and the bond, at their very limits", async () => {
		const verdict = await coverOf(node({}), receipt, { slasher: IDENTITY.slasher });
		if (!verdict.ok) expect.fail(verdict.what);
		expect(verdict.cover).to.deep.include({ bond: 10n, penalty: 10n, until });
		expect(verdict.cover.right).to.deep.equal({ sequencer: IDENTITY.sequencer, minTick: 597, maxTick: 602, kind: 2 });
		expect(await judged({ kind: 3, now: until, leavesAt: BigInt(until), minTick: TICK, maxTick: TICK })).to.equal(
			"covered",
		);
		// Whichever of its slots the window is found by.
		for (const one of [slot, slot + 1, slot + 2]) expect(await judged({ slots: [one] })).to.equal("covered");
	});

	const missing: readonly (readonly [reason: string, changes: Partial<typeof TRUTH>])[] = [
		["chain", { chainId: 1 }],
		["slasher", { inbox: OTHER }],
		["no-right", { slots: [] }],
		["no-right", { minTick: TICK + 1 }],
		["no-right", { maxTick: TICK - 1 }],
		["no-right", { kind: 1, sequencer: ZERO_ADDRESS }],
		["no-right", { kind: 0 }],
		["not-owner", { sequencer: OTHER }],
		["bond", { bond: 9n }],
		["leaving", { leavesAt: BigInt(until) - 1n }],
		["too-late", { now: until + 1 }],
	];
	for (const [reason, changes] of missing)
		it(`P-4: is not there: ${reason}, ${JSON.stringify(changes, (_, value) => (typeof value === "bigint" ? `${value}` : value))}`, async () => {
			expect(await judged(changes)).to.equal(reason);
		});

	it("P-4: is not there in a slasher of one's own making, if the timeline's is known", async () => {
		expect(reasonOf(await coverOf(node({}), receipt, { slasher: OTHER }))).to.equal("slasher");
	});

	it("whatever contracts answer is a verdict, and only a silent node an error", async () => {
		const words = (count: number): string => `0x${"ff".repeat(32 * count)}`;
		for (const [name, reason] of [
			["timeline", "timeline"],
			["inbox", "slasher"],
			["bondOf", "slasher"],
			["parameters", "slasher"],
			["rightOf", "no-right"],
		] as const)
			for (const answer of ["0x", "0x00", "revert", words(1), words(3), words(5), words(200)]) {
				if (name === "inbox" && answer === words(1)) continue;
				expect(
					reasonOf(await coverOf(node({}, { [name]: answer }), receipt)),
					`${name} ${answer.slice(0, 20)}`,
				).to.equal(reason);
			}
		expect(reasonOf(await coverOf(node({}, { inbox: words(1) }), receipt))).to.equal("slasher");
		for (const name of ["parameters", "rightOf"])
			expect(reasonOf(await coverOf(node({}, { [name]: words(4) }), receipt)), name).to.not.equal("covered");
		const error = await coverOf(node({}, { timeline: "silence" }), receipt).catch((thrown: unknown) => thrown);
		expect(error).to.include({ code: "unreachable", recovery: "retry" });
	});
});
