/** Cases of what is asked of a bundle before anything runs: its shape, its rollups, its tags and sessions. */
import type { Leg } from "../../src/primitives/types.ts";
import { alice, bob, carol } from "../../test/helpers/execute/chain.ts";
import { bundleOf, REVERTER, single } from "../../test/helpers/execute/cluster.ts";
import { tag, tagged, word } from "../../test/helpers/execute/mailbox.ts";
import {
	boundLeg,
	type CaseDraft,
	CLUSTERS,
	declare,
	emptyLeg,
	helperLeg,
	leg,
	manifestOf,
	sessionFor,
	THREE,
	TWO,
} from "./bundleDraft.ts";

const MANY = 64;
/** What E-13 looks at of a rollup with the smallest gas limit: 5,000,000 / 21,000. */
const EXAMINED = 238;

const both = (): Leg[] => [leg(1, alice), leg(2, alice)];
const asRlp = ({ rawTx, rollupId }: Leg) => [rollupId, rawTx];
const small = (rollupId: number) => ({ rollupId, gasLimit: 5_000_000 });

export const shapes = (): CaseDraft[] => [
	{
		name: "one rollup twice holds",
		rules: ["X-21", "X-14", "X-17"],
		rollups: TWO,
		ticks: [{ items: [bundleOf(...both(), leg(1, alice, { nonce: 1 }))] }],
	},
	{
		name: "the same leg twice: the second has a nonce that is used up",
		rules: ["X-21", "X-15", "E-22"],
		rollups: TWO,
		ticks: [{ items: [bundleOf(leg(1, alice), leg(1, alice))] }],
	},
	{
		name: "64 legs hold",
		rules: ["X-21", "X-17"],
		rollups: TWO,
		ticks: [
			{
				items: [
					bundleOf(
						...Array.from({ length: MANY }, (_, i) =>
							leg(1 + (i % 2), alice, { nonce: i >> 1, to: bob.address, gas: 21_000 }),
						),
					),
				],
			},
		],
	},
	{
		name: "64 empty legs have the right shape",
		rules: ["X-21", "X-14", "E-14"],
		rollups: TWO,
		ticks: [{ items: [bundleOf(...Array.from({ length: MANY }, () => emptyLeg(1)))] }],
	},
	{
		name: "65 legs: the publication is void, and a transaction beside them lost with it",
		rules: ["X-21", "M-3"],
		rollups: TWO,
		ticks: [
			{
				manifest: manifestOf(
					asRlp(leg(1, alice)),
					Array.from({ length: MANY + 1 }, () => [1, ""]),
				),
			},
			{ items: [single(leg(1, alice))] },
		],
	},
	{
		name: "an empty list for a leg: the publication is void",
		rules: ["X-21", "M-3"],
		rollups: TWO,
		ticks: [{ manifest: manifestOf([...both().map(asRlp), []]) }],
	},
	{
		name: "a leg of three elements: the publication is void",
		rules: ["X-21", "M-3"],
		rollups: TWO,
		ticks: [{ manifest: manifestOf([...both().map(asRlp), [1, "", ""]]) }],
	},
	{
		name: "a leg without bytes is undecodable, and the whole dropped",
		rules: ["X-21", "X-14", "E-14"],
		rollups: TWO,
		ticks: [{ items: [bundleOf(leg(1, alice), emptyLeg(2)), single(leg(1, alice))] }],
	},
	{
		name: "no legs: the publication is void",
		rules: ["X-21", "M-3"],
		rollups: TWO,
		ticks: [{ manifest: manifestOf([]) }],
	},
	{
		name: "no legs, from L1",
		rules: ["X-21", "X-14"],
		rollups: CLUSTERS,
		ticks: [{ forced: [{ legs: [] }], items: [bundleOf(...both())] }],
	},
	{
		name: "one leg alone that succeeds holds",
		rules: ["X-21", "X-17"],
		rollups: TWO,
		ticks: [{ items: [bundleOf(leg(1, alice))] }],
	},
	{
		name: "one leg alone that fails leaves nothing; a transaction that does the same is included",
		rules: ["X-21", "X-15", "X-17", "E-25"],
		rollups: TWO,
		ticks: [
			{ items: [bundleOf(leg(1, alice, { to: REVERTER }))] },
			{ items: [single(leg(1, alice, { to: REVERTER }))] },
		],
	},
];

export const participants = (): CaseDraft[] => [
	{
		name: "a rollup that nobody registered, as first leg and as last",
		rules: ["X-14"],
		rollups: CLUSTERS,
		ticks: [{ items: [bundleOf(leg(9, alice), leg(1, alice)), bundleOf(leg(1, alice), leg(9, alice))] }],
	},
	{
		name: "a rollup that is not active yet, and then is",
		rules: ["X-14"],
		rollups: [{ rollupId: 1 }, { rollupId: 2, activationTick: 2 }],
		ticks: [{ items: [bundleOf(...both())] }, { items: [bundleOf(...both())] }],
	},
	{
		name: "a rollup that has retired",
		rules: ["X-20", "X-14"],
		rollups: [{ rollupId: 1 }, { rollupId: 2, retirementTick: 2 }],
		ticks: [
			{ items: [bundleOf(...both())] },
			{ items: [bundleOf(leg(1, bob), leg(2, bob)), single(leg(2, bob)), single(leg(1, bob))] },
		],
	},
	{
		name: "rollups of two clusters, told by that of the first leg",
		rules: ["X-14"],
		rollups: CLUSTERS,
		ticks: [
			{
				items: [
					bundleOf(leg(1, alice), leg(3, alice)),
					bundleOf(leg(3, alice), leg(2, alice)),
					bundleOf(leg(3, alice)),
				],
			},
		],
	},
	{
		name: "a rollup that was refused at its registration",
		rules: ["X-14", "E-1"],
		rollups: [{ rollupId: 1 }, { rollupId: 2, template: 9 }],
		ticks: [{ items: [bundleOf(...both()), bundleOf(leg(1, alice))] }],
	},
	{
		name: "forced, over cap; forced, with less gas declared than a leg may use; forced, as it should be",
		rules: ["X-19", "X-14", "E-11", "E-18"],
		rollups: TWO,
		ticks: [
			{
				forced: [
					{ legs: both().map((one) => declare(one, 200_000)), overCap: true },
					{ legs: both().map((one, i) => declare(one, 200_000 - i)) },
					{ legs: both().map((one) => declare(one, 200_000)) },
				],
				items: [bundleOf(...both())],
			},
		],
	},
	{
		name: "one leg beyond the examined number drops all of it; every leg counts",
		rules: ["X-14", "E-13"],
		rollups: [small(1), small(2)],
		ticks: [
			{
				items: [
					...[MANY, MANY, MANY, EXAMINED - 1 - 3 * MANY].map((legs) =>
						bundleOf(...Array.from({ length: legs }, () => emptyLeg(1))),
					),
					bundleOf(...both()),
					bundleOf(leg(2, bob), leg(1, bob)),
					single(leg(2, carol)),
				],
			},
		],
	},
	{
		name: "what is asked first is told: unknown before clusters before refused before undecodable",
		rules: ["X-14"],
		rollups: [...CLUSTERS, { rollupId: 4, template: 9 }],
		ticks: [
			{
				items: [
					[4, 3, 9],
					[1, 4, 3],
					[1, 4],
					[1, 2],
				].map((rollups) => bundleOf(...rollups.map(emptyLeg))),
			},
		],
	},
];

const PARTIES = [alice, bob, carol].map((account, i) => ({ rollupId: i + 1, account }));
const SESSION = sessionFor(...PARTIES);
const LEGS = PARTIES.map((party) => boundLeg(SESSION, party));
const deliveries = (length: number) =>
	tagged(...Array.from({ length }, (_, i) => tag("dlvr", word(BigInt(i + 1) << 128n))));

export const sessions = (): CaseDraft[] => [
	{
		name: "bound legs without one of them, in another order, alone, and whole",
		rules: ["X-8", "X-9"],
		rollups: THREE,
		ticks: [
			{
				items: [
					...[LEGS.slice(0, 2), LEGS.slice(1), [...LEGS].reverse(), LEGS.slice(0, 1)].map((some) => bundleOf(...some)),
					...LEGS.map(single),
					bundleOf(...LEGS),
				],
			},
		],
	},
	{
		name: "one bound leg too many, and another's transaction in place of one",
		rules: ["X-8"],
		rollups: THREE,
		ticks: [
			{
				items: [
					bundleOf(...LEGS, boundLeg(SESSION, { rollupId: 1, account: bob })),
					bundleOf(leg(1, bob), ...LEGS.slice(1)),
				],
			},
		],
	},
	{
		name: "a leg that is not bound may stand among those that are",
		rules: ["X-8"],
		rollups: THREE,
		ticks: [{ items: [bundleOf(...LEGS.slice(0, 1), leg(2, alice), ...LEGS.slice(1))] }],
	},
	{
		name: "a helper tag of no session that is there, in a bundle and alone",
		rules: ["X-8", "X-9"],
		rollups: THREE,
		ticks: [
			{
				items: [
					bundleOf(helperLeg(SESSION, { rollupId: 1, account: bob })),
					bundleOf(...both(), helperLeg(SESSION, { rollupId: 1, account: bob })),
					single(helperLeg(SESSION, { rollupId: 1, account: bob })),
					bundleOf(helperLeg(SESSION, { rollupId: 1, account: bob }), ...LEGS),
				],
			},
		],
	},
	{
		name: "a session of one transaction may stand alone",
		rules: ["X-9"],
		rollups: TWO,
		ticks: [
			{
				items: [
					single(boundLeg(word(1), { rollupId: 1, account: alice })),
					single(boundLeg(sessionFor({ rollupId: 1, account: alice }), { rollupId: 1, account: alice })),
				],
			},
		],
	},
	{
		name: "more tags than a transaction may have",
		rules: ["X-4"],
		rollups: TWO,
		ticks: [
			{
				items: [
					bundleOf(leg(2, alice), leg(1, alice, tagged(tag("bond", SESSION), tag("help", SESSION)))),
					bundleOf(leg(2, alice), leg(1, alice, { gas: 1_000_000, ...deliveries(65) })),
					bundleOf(leg(2, alice), leg(1, alice, { gas: 1_000_000, ...deliveries(64) })),
					single(leg(1, alice, tagged(tag("bond", SESSION), tag("bond", word(1))))),
				],
			},
		],
	},
];
