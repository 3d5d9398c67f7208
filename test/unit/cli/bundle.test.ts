import { expect } from "chai";
import { describe, it } from "mocha";
import { droppedBundleLines } from "../../../src/cli/reading/bundle.ts";
import type { Dropped } from "../../../src/execute/types.ts";
import type { PositionRecord } from "../../../src/node/records.ts";
import type { Hash32, Hex } from "../../../src/primitives/types.ts";

const hash = (digit: string): Hash32 => `0x${digit.repeat(64)}`;
const session: Hex = `0x${"ab".repeat(24)}`;
const message: Hex = `0x${"cd".repeat(24)}`;

const dropped = (outcome: Dropped): PositionRecord => ({
	class: 1,
	index: 0,
	bundle: true,
	legs: [
		{ rollupId: 1, txHash: hash("1"), tags: { bound: session, helper: null, deliveries: [] } },
		{ rollupId: 2, txHash: hash("2"), tags: { bound: null, helper: session, deliveries: [message] } },
		{ rollupId: 3, txHash: hash("3"), tags: null },
	],
	outcome,
});

const verdicts = (outcome: Dropped): string[] =>
	droppedBundleLines(dropped(outcome))
		.slice(1)
		.map((line) => line.slice(30).split("  ")[0] ?? "");

describe("a dropped bundle in words", () => {
	it("X-15: tells for each leg whether it ran, failed or was not reached, with its session and deliveries", () => {
		const lines = droppedBundleLines(
			dropped({ kind: "dropped", reason: "leg", leg: { place: 1, reason: "message-not-sent" } }),
		);
		expect(lines).to.deep.equal([
			"the bundle of 3 was dropped whole: leg 1 could not run: message-not-sent",
			"  leg 0   r1    0x11111111..  ran, undone  bound to 0xabababab",
			"  leg 1   r2    0x22222222..  message-not-sent  helps 0xabababab, delivers 0xcdcdcdcd",
			"  leg 2   r3    0x33333333..  not run",
		]);
	});

	it("X-14, X-16: knows what is said before anything runs, and what after everything", () => {
		const unread: Dropped = { kind: "dropped", reason: "leg", leg: { place: 2, reason: "undecodable" } };
		expect(verdicts(unread)).to.deep.equal(["not run", "not run", "undecodable"]);
		expect(verdicts({ kind: "dropped", reason: "session" })).to.deep.equal(["not run", "not run", "not run"]);
		expect(verdicts({ kind: "dropped", reason: "tape" })).to.deep.equal(["undone", "undone", "undone"]);
	});

	it("says nothing of what was included, or is no bundle", () => {
		const outcome: Dropped = { kind: "dropped", reason: "nonce" };
		expect(droppedBundleLines({ ...dropped(outcome), bundle: false })).to.deep.equal([]);
		expect(droppedBundleLines({ ...dropped(outcome), outcome: { kind: "held", legs: [] } })).to.deep.equal([]);
	});
});
