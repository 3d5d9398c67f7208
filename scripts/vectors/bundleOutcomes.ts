/** Cases of what bundles do when they run: all or nothing, messages, answered calls, waste. */
import { alice, bob, carol } from "../../test/helpers/execute/chain.ts";
import { BURNER, bundleOf, REVERTER, single } from "../../test/helpers/execute/cluster.ts";
import { type TestAnswer, type TestRequest, word } from "../../test/helpers/execute/mailbox.ts";
import {
	type CaseDraft,
	CLUSTERS,
	callLeg,
	deliverLeg,
	fillLeg,
	leg,
	messageOf,
	REQUEST,
	sendLeg,
	serveLeg,
	THREE,
	TWO,
} from "./bundleDraft.ts";

const before = () => [1, 2].map((rollupId) => single(leg(rollupId, bob)));
const after = () => [2, 1].map((rollupId) => single(leg(rollupId, bob, { nonce: 1 })));

/** Legs that fail, on rollup 2. */
const FAILING = {
	"reverts: undone": { to: REVERTER },
	"runs out of gas: undone": { to: BURNER },
	"has a wrong nonce: undone": { nonce: 9 },
	"pays less than the base fee: undone": { feeCap: 1n, tip: 0n },
	"is another chain's: not run": { chainId: 1 },
} as const;

export const wholes = (): CaseDraft[] => [
	{
		name: "held over three rollups, among others' transactions",
		rules: ["X-15", "X-17"],
		rollups: THREE,
		ticks: [{ items: [...before(), bundleOf(...[1, 2, 3].map((id) => leg(id, alice))), ...after()] }],
	},
	{
		name: "without the bundle: blocks as where one failed",
		rules: ["X-17"],
		rollups: THREE,
		ticks: [{ items: [...before(), ...after()] }],
	},
	...Object.entries(FAILING).map(
		([what, changes]): CaseDraft => ({
			name: `dropped, since its second leg ${what}`,
			rules: ["X-15", "X-17"],
			rollups: THREE,
			ticks: [{ items: [...before(), bundleOf(leg(1, alice), leg(2, alice, changes), leg(3, alice)), ...after()] }],
		}),
	),
	{
		name: "legs see what those before them left",
		rules: ["X-15"],
		rollups: TWO,
		ticks: [{ items: [1, 0].map((first) => bundleOf(...[first, 1 - first].map((nonce) => leg(1, alice, { nonce })))) }],
	},
];

/** A bundle that burns 21,000 gas on rollup 2 and `gas` on rollup 1 for nothing. */
const burn = (gas: number) =>
	bundleOf(leg(2, alice, { to: bob.address, gas: 21_000 }), leg(1, alice, { to: BURNER, gas }));
const unable = () => bundleOf(leg(1, alice, { nonce: 5, gas: 4_000_000 }));
const SMALL = [1, 2].map((rollupId) => ({ rollupId, gasLimit: 5_000_000 }));

export const waste = (): CaseDraft[] => [
	{
		name: "waste of a quarter of the cluster's gas: later bundles of the tick are dropped, transactions and later ticks not",
		rules: ["X-18"],
		rollups: [...SMALL, { rollupId: 3, cluster: 2 }],
		ticks: [
			{ items: [burn(2_479_000), bundleOf(leg(2, bob)), single(leg(2, carol)), bundleOf(leg(3, alice))] },
			{ items: [bundleOf(leg(2, bob))] },
		],
	},
	{
		name: "waste of one gas less; a bundle dropped unexecuted wastes none",
		rules: ["X-18"],
		rollups: SMALL,
		ticks: [{ items: [unable(), burn(2_478_999), unable(), bundleOf(leg(2, bob))] }],
	},
];

const SENT = messageOf(1, 2);

export const messages = (): CaseDraft[] => [
	{
		name: "delivered where the message has not been sent, and where it has",
		rules: ["X-7", "X-6"],
		rollups: TWO,
		ticks: [{ items: [deliverLeg(2, SENT), sendLeg(1, SENT), deliverLeg(2, SENT)].map(single) }],
	},
	{
		name: "delivered by a leg before the one that sends, and after it",
		rules: ["X-7"],
		rollups: TWO,
		ticks: [
			{ items: [bundleOf(deliverLeg(2, SENT), sendLeg(1, SENT)), bundleOf(sendLeg(1, SENT), deliverLeg(2, SENT))] },
		],
	},
	{
		name: "what a failed bundle sent has not been sent",
		rules: ["X-7", "X-17"],
		rollups: TWO,
		ticks: [
			{
				items: [
					bundleOf(sendLeg(1, SENT), leg(2, alice, { to: REVERTER })),
					bundleOf(deliverLeg(2, SENT), leg(1, bob)),
				],
			},
		],
	},
	{
		name: "delivered twice: the second is a leg that reverts",
		rules: ["X-6", "X-15"],
		rollups: TWO,
		ticks: [{ items: [bundleOf(sendLeg(1, SENT), deliverLeg(2, SENT), deliverLeg(2, SENT, 1))] }],
	},
	{
		name: "sent on the rollup that is to deliver it: what it has sent itself does not count",
		rules: ["X-7"],
		rollups: TWO,
		ticks: [{ items: [single(sendLeg(1, SENT)), bundleOf(leg(2, carol), deliverLeg(1, SENT))] }],
	},
	{
		name: "sent on a rollup of another cluster",
		rules: ["X-7"],
		rollups: CLUSTERS,
		ticks: [{ items: [single(sendLeg(3, messageOf(3, 2))), bundleOf(deliverLeg(2, messageOf(3, 2)))] }],
	},
	{
		name: "from L1 in block 101, to a tick that stands on block 100 and to one that stands on 101",
		rules: ["X-7"],
		rollups: TWO,
		messages: [{ l1Block: 101, to: 2, message: fromL1() }],
		ticks: [
			{ items: [bundleOf(deliverLeg(2, fromL1()))] },
			{ tick: 6, items: [bundleOf(deliverLeg(2, fromL1()), leg(1, alice))] },
		],
	},
];

function fromL1() {
	return { ...SENT, source: 1 };
}

const counted = (n: number): TestAnswer => ({ ok: true, data: word(n) });
const answered = (n: number): [TestRequest, TestAnswer] => [REQUEST, counted(n)];
const NEXT: TestRequest = { ...REQUEST, sequence: 1 };

export const tapes = (): CaseDraft[] => [
	{
		name: "a call that is answered with what it then returns",
		rules: ["X-16", "X-10", "X-11", "X-12", "X-13"],
		rollups: THREE,
		ticks: [{ items: [bundleOf(fillLeg(answered(1)), callLeg(REQUEST), serveLeg(REQUEST)), single(leg(2, carol))] }],
	},
	{
		name: "a call that is answered with what it does not return, among others' transactions",
		rules: ["X-16", "X-17"],
		rollups: THREE,
		ticks: [{ items: [bundleOf(fillLeg(answered(7)), callLeg(REQUEST), serveLeg(REQUEST)), single(leg(2, carol))] }],
	},
	{
		name: "an answer that no call gave",
		rules: ["X-16"],
		rollups: THREE,
		ticks: [{ items: [bundleOf(fillLeg(answered(1)), callLeg(REQUEST))] }],
	},
	{
		name: "a call that nobody asked for",
		rules: ["X-16"],
		rollups: THREE,
		ticks: [{ items: [bundleOf(fillLeg(answered(1)), serveLeg(REQUEST), callLeg(REQUEST))] }],
	},
	{
		name: "an answer left over",
		rules: ["X-16"],
		rollups: THREE,
		ticks: [
			{
				items: [bundleOf(fillLeg(answered(1), [NEXT, counted(2)]), callLeg(REQUEST), serveLeg(REQUEST))],
			},
		],
	},
	{
		name: "a call made twice",
		rules: ["X-16"],
		rollups: THREE,
		ticks: [{ items: [bundleOf(fillLeg(answered(1)), callLeg(REQUEST), serveLeg(REQUEST, REQUEST))] }],
	},
	{
		name: "a leg of somebody's between an answer and its call",
		rules: ["X-16"],
		rollups: THREE,
		ticks: [{ items: [bundleOf(fillLeg(answered(1)), callLeg(REQUEST), leg(3, carol), serveLeg(REQUEST))] }],
	},
	{
		name: "a call without an answer on the tape",
		rules: ["X-12", "X-15"],
		rollups: THREE,
		ticks: [{ items: [bundleOf(callLeg(REQUEST), serveLeg(REQUEST))] }],
	},
];
