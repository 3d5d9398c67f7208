/**
 * Finds the tape: runs legs, sees which call has no answer yet, makes that call where it would be made, fills the answer in, and
 * again, until nothing is asked any more that is not answered.
 */

import { tapeLog } from "../../execute/mailbox.ts";
import type { LegTrace } from "../../execute/types.ts";
import { bytesToHex, hexToBytes } from "../../primitives/bytes.ts";
import type { Hash32, RollupId } from "../../primitives/types.ts";
import {
	type CallAnswer,
	type CallRequest,
	decodeAnswers,
	findUnanswered,
	requestHash,
	type TapeEntry,
} from "./calls.ts";
import type { LegSigner, Part } from "./parts.ts";
import type { ReadLeg } from "./read.ts";
import type { BuildFailure, BuildLimits, BuildOptions, NoFixedPoint } from "./types.ts";

const DEFAULT_LIMITS: BuildLimits = { calls: 64, depth: 7, simulations: 512 };

/** Ends the search, wherever it is. */
export class Unsolved extends Error {
	readonly failure: BuildFailure;

	constructor(failure: BuildFailure) {
		super(failure.reason);
		this.failure = failure;
	}
}

/** Who reads a tape: a leg, or a call that is served. */
interface Reader {
	readonly rollupId: RollupId;
	readonly session: Hash32;
	/** Of the calls it makes. */
	readonly path: readonly number[];
	readonly part: Part;
	/** What it failed with, or null. */
	failure(trace: LegTrace): Uint8Array | null;
}

interface Call {
	readonly entry: TapeEntry;
	/** Makes the call and those it makes. */
	readonly parts: readonly Part[];
}

interface Solution {
	readonly calls: readonly Call[];
	readonly trace: LegTrace;
}

export class Solver {
	readonly #options: BuildOptions;
	readonly #signer: LegSigner;
	readonly #limits: BuildLimits;
	readonly #rollups: ReadonlyMap<number, RollupId>;
	#simulations = 0;
	#calls = 0;

	constructor(options: BuildOptions, signer: LegSigner) {
		this.#options = options;
		this.#signer = signer;
		this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
		this.#rollups = new Map([...options.tick.rollups.values()].map(({ chainId, rollupId }) => [chainId, rollupId]));
	}

	/** The leg with all that fills and serves for it, to come after `prefix`. Throws `Unsolved`. */
	async intent(prefix: readonly Part[], leg: ReadLeg, place: number): Promise<Part[]> {
		const { chainId, rollupId, session } = leg;
		const part: Part = { kind: "intent", rollupId, leg, place };
		const reader: Omit<Reader, "session"> = {
			rollupId,
			path: [chainId],
			part,
			failure: ({ returnData, status }) => (status === 1 ? null : returnData),
		};
		// Most legs call nobody.
		const [alone] = await this.run(prefix, [part]);
		if (alone?.status === 1) return [part];
		if (session === null) throw reverted(part, alone);
		const { calls, trace } = await this.#fixedPoint(prefix, { ...reader, session });
		if (trace.status === 0) throw reverted(part, trace);
		return [...fillOf(rollupId, session, calls), part, ...calls.flatMap(({ parts }) => parts)];
	}

	/** Runs the parts after the others. Throws `Unsolved` if one cannot run at all, or is a helper's and reverts. */
	async run(prefix: readonly Part[], parts: readonly Part[]): Promise<LegTrace[]> {
		const last = parts.at(-1) ?? prefix.at(-1);
		if (this.#simulations++ >= this.#limits.simulations) throw noFixedPoint("simulations", last?.rollupId ?? 0);
		const all = [...prefix, ...parts];
		const { executor, tick } = this.#options;
		const found = await executor.explore(tick, await this.#signer.sign(all));
		const traces: LegTrace[] = [];
		for (const [i, part] of all.entries()) {
			const trace = found[i];
			if (typeof trace === "string" || trace === undefined) throw refused(part, trace ?? "undecodable");
			if (trace.status === 0 && part.kind !== "intent") throw reverted(part, trace);
			traces.push(trace);
		}
		return traces.slice(prefix.length);
	}

	async #fixedPoint(prefix: readonly Part[], reader: Reader): Promise<Solution> {
		const tried = new Set<string>();
		let calls: readonly Call[] = [];
		for (;;) {
			const entries = calls.map(({ entry }) => entry);
			const tape = JSON.stringify(entries);
			if (tried.has(tape)) throw noFixedPoint("repeats", reader.rollupId);
			tried.add(tape);
			const fill: Part = { kind: "fill", rollupId: reader.rollupId, session: reader.session, entries };
			const trace = (await this.run(prefix, [fill, reader.part])).at(-1);
			if (trace === undefined) throw noFixedPoint("repeats", reader.rollupId);
			const failure = reader.failure(trace);
			const asked = failure && findUnanswered(failure, reader.path);
			if (asked === null) {
				const read = trace.logs.filter((log) => tapeLog(log)?.kind === "read").length;
				if (read >= calls.length || trace.status === 0) return { calls, trace };
				// With a frame that reverted its readings are undone: no tape is right then.
				if (failure !== null) throw noFixedPoint("undone", reader.rollupId);
				calls = calls.slice(0, read);
				continue;
			}
			if (asked.sequence > calls.length) throw noFixedPoint("repeats", reader.rollupId);
			const before = calls.slice(0, asked.sequence);
			calls = [...before, await this.#call([...prefix, ...before.flatMap(({ parts }) => parts)], asked, reader)];
		}
	}

	/** Makes a call after everything that is in `prefix`. */
	async #call(prefix: readonly Part[], request: CallRequest, { rollupId, session }: Reader): Promise<Call> {
		const { calls, depth } = this.#limits;
		if (this.#calls++ >= calls) throw noFixedPoint("calls", rollupId);
		if (request.path.length > depth) throw noFixedPoint("depth", rollupId);
		const destination = this.#rollups.get(request.destination);
		if (destination === undefined) throw noRollup(rollupId);
		const part: Part = { kind: "serve", rollupId: destination, session, requests: [request] };
		const path = [...request.path, request.destination];
		const reader: Reader = { rollupId: destination, session, path, part, failure: failureOf };
		const alone = (await this.run(prefix, [part])).at(-1);
		if (alone === undefined) throw noFixedPoint("repeats", rollupId);
		const failure = failureOf(alone);
		const entryOf = (trace: LegTrace): TapeEntry => ({ requestHash: requestHash(request), ...answerOf(trace) });
		// Its own tape may be one of long ago: what it asks is said again when there is a new one.
		if (failure === null || findUnanswered(failure, path) === null) return { entry: entryOf(alone), parts: [part] };
		const nested = await this.#fixedPoint(prefix, reader);
		const parts = [...fillOf(destination, session, nested.calls), part, ...nested.calls.flatMap((call) => call.parts)];
		return { entry: entryOf(nested.trace), parts };
	}
}

/** Of a serve with one request. */
function answerOf({ returnData }: LegTrace): CallAnswer {
	return decodeAnswers(returnData)[0] ?? { ok: false, returnData: "0x" };
}

function failureOf(trace: LegTrace): Uint8Array | null {
	const { ok, returnData } = answerOf(trace);
	return ok ? null : hexToBytes(returnData);
}

function fillOf(rollupId: RollupId, session: Hash32, calls: readonly Call[]): Part[] {
	const entries = calls.map(({ entry }) => entry);
	return entries.length === 0 ? [] : [{ kind: "fill", rollupId, session, entries }];
}

const placeOf = (part: Part): number | null => (part.kind === "intent" ? part.place : null);

export function reverted(part: Part, trace: LegTrace | undefined): Unsolved {
	const data = bytesToHex(trace?.returnData ?? new Uint8Array(0));
	const { rollupId: rollup } = part;
	return new Unsolved({ ok: false, reason: "LegReverted", rollup, intent: placeOf(part), why: "reverted", data });
}

export function refused(part: Part, why: Extract<BuildFailure, { reason: "LegReverted" }>["why"]): Unsolved {
	const { rollupId: rollup } = part;
	return new Unsolved({ ok: false, reason: "LegReverted", rollup, intent: placeOf(part), why, data: "0x" });
}

const noRollup = (rollup: RollupId): Unsolved =>
	new Unsolved({ ok: false, reason: "LegReverted", rollup, intent: null, why: "unknown-rollup", data: "0x" });

export const noFixedPoint = (why: NoFixedPoint, rollup: RollupId): Unsolved =>
	new Unsolved({ ok: false, reason: "NoFixedPoint", why, rollup });
