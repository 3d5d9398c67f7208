/** From what people have signed to a bundle that holds: with the answers their calls get, and with the calls made for real. */
import type { Simulation } from "../../execute/types.ts";
import { MAX_LEGS } from "../../primitives/limits.ts";
import { LegSigner, mergeServes, type Part } from "./parts.ts";
import { readLegs } from "./read.ts";
import { noFixedPoint, refused, reverted, Solver, Unsolved } from "./solve.ts";
import type { BuildFailure, BuildOptions, Built } from "./types.ts";

/**
 * The intents, in their order, with the legs that fill tapes and serve calls among them. Tried under all rules before it is given
 * out: it holds if it comes right after what is in the tick. Bad input is an outcome, nothing is thrown for it.
 */
export async function buildBundle(options: BuildOptions): Promise<Built> {
	const { executor, intents, tick } = options;
	const read = readLegs(intents, (rollupId) => tick.rollups.get(rollupId)?.chainId);
	if (!read.ok || intents.length === 0)
		return {
			ok: false,
			reason: "SessionIncomplete",
			intent: read.ok ? null : read.place,
			why: read.ok ? "unknown-rollup" : read.reason,
		};
	const signer = new LegSigner(options);
	const solver = new Solver(options, signer);
	try {
		let parts: Part[] = [];
		for (const [place, leg] of read.legs.entries()) parts = [...parts, ...(await solver.intent(parts, leg, place))];
		parts = mergeServes(parts);
		if (parts.length > MAX_LEGS) throw noFixedPoint("legs", parts[0]?.rollupId ?? 0);
		const hasHelpers = parts.some(({ kind }) => kind !== "intent");
		const legs = await signer.sign(parts, hasHelpers ? await solver.run([], parts) : undefined);
		const simulation = await executor.simulate(tick, legs);
		const failure = whyNot(simulation, parts);
		return failure ?? { ok: true, item: { kind: "bundle", legs }, legs: simulation.legs };
	} catch (error) {
		if (error instanceof Unsolved) return error.failure;
		throw error;
	}
}

function whyNot({ legs, result }: Simulation, parts: readonly Part[]): BuildFailure | null {
	if (result.kind !== "dropped") return null;
	if (result.reason === "tape") return { ok: false, reason: "ReadMismatch" };
	if (result.reason === "session" || result.reason === "tags")
		return { ok: false, reason: "SessionIncomplete", intent: null, why: result.reason };
	const place = result.reason === "leg" ? result.leg.place : 0;
	const part = parts[place];
	if (part === undefined) return null;
	if (result.reason !== "leg") return refused(part, result.reason).failure;
	const { reason } = result.leg;
	return (reason === "reverted" ? reverted(part, legs[place]) : refused(part, reason)).failure;
}
