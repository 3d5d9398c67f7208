/** The committed vectors of bundles, through the codec and the executor of src and through those written from the specification alone. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { type BundleCase, caseOf } from "../../scripts/vectors/bundleJson.ts";
import { droppedJson, type Implementation, includedJson, runCase, SOURCE } from "../../scripts/vectors/bundleRun.ts";
import type { DerivedTick } from "../../src/derive/types.ts";
import { MAILBOX_CODE } from "../../src/execute/predeploys.ts";
import type { Item, PublicationHeader } from "../../src/primitives/types.ts";
import { vectorsOf } from "../helpers/vectors.ts";
import { ReferenceExecutor } from "../reference/execution/executor.ts";
import type { Deviation, ReferenceOutcome } from "../reference/execution/types.ts";
import { numberTicks, readManifest } from "../reference/manifest.ts";
import type { ManifestItem } from "../reference/types.ts";

const isBroken = (value: readonly unknown[]): value is string[] => typeof value[0] === "string";

function itemOf({ bundle, legs }: ManifestItem): Item {
	const [leg] = legs;
	return bundle || leg === undefined ? { kind: "bundle", legs } : { kind: "tx", leg };
}

/** As `src` would say it: the plain executor says `included` of bundles, too. */
function resultJson({ forced, items }: DerivedTick, { class: kind, index, verdict }: ReferenceOutcome) {
	if (verdict.kind === "dropped")
		return droppedJson(verdict.reason, verdict.leg && { place: verdict.leg.index, reason: verdict.leg.reason });
	const bundle = kind === 0 ? forced[index]?.entry.bundle === true : items[index]?.kind === "bundle";
	return includedJson(bundle ? "held" : "included", verdict.legs);
}

const reference = (deviation?: Deviation): Implementation => ({
	decode(manifest, { l1Origin, tick }) {
		const ticks = readManifest(Buffer.from(manifest));
		if (isBroken(ticks)) return String(ticks[0]);
		const header = { firstTick: tick, lastTick: tick, l1Origin: l1Origin.number } as PublicationHeader;
		const numbered = numberTicks(ticks, header);
		return isBroken(numbered) ? String(numbered[0]) : (numbered[0]?.items ?? []).map(itemOf);
	},
	async open({ config: { genesisTime, tickSeconds }, messages, rollups }, cluster) {
		const options = { cluster, genesisTime, tickSeconds, mailboxCode: MAILBOX_CODE, deviation };
		const executor = new ReferenceExecutor(options);
		for (const { registration } of rollups) await executor.register(registration);
		for (const { l1Block, log } of messages) executor.message(log, l1Block);
		return async (tick) => {
			const { blocks, outcomes } = await executor.execute(tick);
			const told = outcomes.map((one) => ({ class: one.class, index: one.index, result: resultJson(tick, one) }));
			return { blocks, outcomes: told };
		};
	},
});

/** What one of the executors may have forgotten, and the rule whose vectors must notice. */
const FORGOTTEN: readonly (readonly [Deviation, rule: string])[] = [
	["session-unchecked", "X-8"],
	["alone-unchecked", "X-9"],
	["tags-unchecked", "X-4"],
	["serve-unchecked", "X-16"],
	["fill-unchecked", "X-16"],
	["pending-unchecked", "X-16"],
	["sent-unchecked", "X-7"],
	["own-sent-counts", "X-7"],
	["l1-too-early", "X-7"],
	["failed-bundle-kept", "X-17"],
	["reverted-leg-accepted", "X-15"],
	["waste-free", "X-18"],
	["examined-unbounded", "E-13"],
	["overcap-accepted", "E-11"],
];

const cases = vectorsOf("valid").find(({ kind }) => kind === "bundles")?.cases ?? [];
const spec = (name: string): string => readFileSync(new URL(`../../docs/spec/${name}.md`, import.meta.url), "utf8");

for (const [name, implementation] of [
	["src", SOURCE],
	["the executor written from the specification", reference()],
] as const) {
	describe(`vectors/valid/bundles.json through ${name} (X-1 to X-21)`, () => {
		for (const { fields, name: what } of cases) {
			it(`${(fields.rules as readonly string[]).join(", ")}: ${what}`, async () => {
				const entry: BundleCase = caseOf(fields);
				expect(await runCase(entry, implementation)).to.deep.equal(fields.expected);
			});
		}
	});
}

describe("vectors/valid/bundles.json", () => {
	const rulesOf = (fields: (typeof cases)[number]["fields"]) => fields.rules as readonly string[];

	it("cite rules that there are, one of bundles.md first", () => {
		const bundles = spec("bundles");
		const all = `${bundles}${spec("execution")}${spec("derivation")}`;
		for (const { fields, name } of cases) {
			expect(bundles, name).to.contain(`**${rulesOf(fields)[0]}**`);
			for (const rule of rulesOf(fields)) expect(all, name).to.contain(`**${rule}**`);
		}
	});

	it("show every rule that derivation decides by, and every reason to drop a bundle", () => {
		const cited = new Set(cases.flatMap(({ fields }) => rulesOf(fields)));
		const rules = [4, 7, 8, 9, 14, 15, 16, 17, 18, 19, 20, 21].map((number) => `X-${number}`);
		expect([...cited]).to.include.members(rules);
		const told = JSON.stringify(cases.map(({ fields }) => fields.expected));
		const [, section = ""] = /\*\*X-14\*\*([\s\S]+?)\*\*X-15\*\*/.exec(spec("bundles")) ?? [];
		const reasons = [...section.matchAll(/\(`([a-z-]+)`/g)].map(([, reason]) => reason);
		expect(reasons).to.have.lengthOf.above(7);
		for (const reason of [...reasons, "tape", "session", "waste-budget", "message-not-sent"])
			expect(told).to.contain(`"${reason}"`);
	});

	for (const [deviation, rule] of FORGOTTEN) {
		it(`${rule}: notice an executor with the mistake ${deviation}`, async () => {
			const different: string[] = [];
			for (const { fields, name } of cases.filter((one) => rulesOf(one.fields).includes(rule))) {
				const got = await runCase(caseOf(fields), reference(deviation));
				if (!isDeepStrictEqual(got, fields.expected)) different.push(name);
			}
			expect(different).to.not.be.empty;
		});
	}

	it("X-17: a bundle that fails leaves the blocks that there are without it", () => {
		const blocksOf = (part: string) =>
			cases
				.filter(({ name }) => name.includes(part))
				.map(({ fields }) => (fields.expected as readonly { readonly blocks: unknown }[])[0]?.blocks);
		const [without] = blocksOf("without the bundle");
		const failed = blocksOf("since its second leg");
		expect(failed).to.have.lengthOf(5);
		for (const blocks of failed) expect(blocks).to.deep.equal(without).and.not.empty;
	});
});
