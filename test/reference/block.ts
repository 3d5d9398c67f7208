/** Section 7: one L1 block (D-1 to D-6, D-10). */
import type { EnqueuedLog, L1Block, PublishedLog, VoidReason } from "../../src/derive/types.ts";
import { joinBlobs } from "./blob.ts";
import { readData } from "./data.ts";
import { headOf, idOf, itemHash, merkleRoot, tickHash } from "./hashes.ts";
import { type NumberedTick, numberTicks, readManifest } from "./manifest.ts";
import { accumulatorRoot, isRegistered, type State, stateHash } from "./state.ts";
import { makeHorizon, makeTick, type Rules, timeOf } from "./ticks.ts";
import type { ManifestTick, ReadBlock, ReadPublication, ReadTick } from "./types.ts";

const isBroken = <T extends object>(value: readonly T[] | Buffer | VoidReason[]): value is VoidReason[] =>
	typeof value[0] === "string";

/** Section 4 as a whole: the ticks of well-formed data, or the rules broken. */
function decode(rules: Rules, log: PublishedLog): readonly ManifestTick[] | VoidReason[] {
	const { deviation } = rules;
	const data = log.data.kind === "calldata" ? Buffer.from(log.data.data) : joinBlobs(log.data.blobs, deviation);
	if (isBroken(data)) return data;
	const manifest = readData(data, log.header.codec, deviation);
	return isBroken(manifest) ? manifest : readManifest(manifest, deviation);
}

/** D-5: what is wrong with the ticks' l1Origins. */
function checkOrigins(rules: Rules, state: State, ticks: readonly NumberedTick[]): VoidReason[] {
	const { config, deviation } = rules;
	const broken: VoidReason[] = [];
	for (const one of ticks) {
		if (one.l1Origin < state.lastOrigin && deviation !== "origin-below-last-accepted") broken.push("origin-order");
		const block = state.blocks.find((candidate) => candidate.number === one.l1Origin);
		if (block === undefined) {
			broken.push("origin-unknown");
			continue;
		}
		const age = timeOf(config, one.tick) - block.timestamp;
		const old = deviation === "origin-age-exclusive" ? age >= config.maxOriginAge : age > config.maxOriginAge;
		if ((age < 0 && deviation !== "negative-age-accepted") || old) broken.push("origin-age");
	}
	return broken;
}

/** D-3 to D-6: the publication's ticks, or what is wrong by the first rule it breaks. */
function judge(rules: Rules, state: State, log: PublishedLog): readonly NumberedTick[] | VoidReason[] {
	const ticks = decode(rules, log);
	if (isBroken(ticks)) return ticks;
	const numbered = numberTicks(ticks, log.header, rules.deviation);
	if (isBroken(numbered)) return numbered;
	if (log.header.firstTick <= state.lastTick) return ["tick-order"];
	const broken = checkOrigins(rules, state, numbered);
	if (broken.length > 0) return broken;
	const hashes = numbered.map((one) =>
		tickHash(
			one.tick,
			one.items.map((item) => itemHash(item, rules.deviation)),
		),
	);
	return merkleRoot(hashes) === log.header.ticksRoot ? numbered : ["ticks-root"];
}

function publish(
	rules: Rules,
	state: State,
	block: L1Block,
	log: PublishedLog,
): { publication: ReadPublication; ticks: ReadTick[] } {
	const ticks = judge(rules, state, log);
	const isVoid = isBroken(ticks);
	const head = headOf(log, block);
	if (!isVoid || rules.deviation !== "void-keeps-head") state.head = head;
	const id = idOf(head);
	if (isVoid) return { publication: { id, head, broken: ticks, items: 0 }, ticks: [] };
	const made: ReadTick[] = [];
	for (const one of ticks) {
		const l1Origin = state.blocks.find((candidate) => candidate.number === one.l1Origin);
		if (l1Origin === undefined) throw new RangeError(`block ${one.l1Origin} vanished between judging and making`);
		const coinbase = log.header.coinbase;
		made.push(
			...makeTick(rules, state, {
				tick: one.tick,
				l1Origin,
				kind: "published",
				publicationId: id,
				coinbase,
				items: one.items,
			}),
		);
	}
	const items = ticks.reduce((sum, one) => sum + one.items.length, 0);
	return { publication: { id, head, broken: [], items }, ticks: made };
}

function recordEntry(rules: Rules, state: State, block: L1Block, log: EnqueuedLog): void {
	const known = log.legs.filter((leg) => isRegistered(state, leg.rollupId)).length;
	if (rules.deviation === "unknown-leg-accepted" ? known === 0 : known < log.legs.length) return;
	const legs = log.legs.map((leg) => ({ rollupId: leg.rollupId, rawTx: Buffer.from(leg.rawTx) }));
	state.forced.push({
		sequence: state.nextSequence++,
		cluster: log.cluster,
		index: log.index,
		enqueuedAt: block.timestamp,
		bundle: log.bundle,
		itemHash: itemHash({ bundle: log.bundle, legs }),
		legs: log.legs.map((leg) => ({ rollupId: leg.rollupId, gas: leg.gas })),
	});
}

/** D-10. Returns the rollups registered. */
function record(rules: Rules, state: State, block: L1Block): number[] {
	const registrations: number[] = [];
	for (const log of block.logs) {
		if (log.kind === "rollupRegistered") {
			if (isRegistered(state, log.rollupId) && rules.deviation !== "registered-twice") continue;
			const { chainId, cluster, activationTick, gasLimit, feeRecipient } = log.config;
			const configs = [{ effectiveTick: activationTick, gasLimit, feeRecipient }];
			state.rollups.push({ rollupId: log.rollupId, chainId, cluster, activationTick, configs });
			registrations.push(log.rollupId);
		} else if (log.kind === "configScheduled") {
			const { effectiveTick, gasLimit, feeRecipient } = log;
			const rollup = state.rollups.find((one) => one.rollupId === log.rollupId);
			rollup?.configs.push({ effectiveTick, gasLimit, feeRecipient });
		} else if (log.kind === "enqueued") {
			recordEntry(rules, state, block, log);
		} else if (log.kind === "deposited" && isRegistered(state, log.rollupId)) {
			const { rollupId, index, recipient, gwei } = log;
			state.deposits.push({
				rollupId,
				index,
				l1Block: block.number,
				l1Timestamp: block.timestamp,
				recipient,
				gwei,
			});
		}
	}
	return registrations;
}

/** D-2, after the block has been appended. */
function forgetOldBlocks(rules: Rules, state: State, timestamp: number): void {
	const { maxLag, maxOriginAge } = rules.config;
	const old = state.blocks.findLastIndex((one) => one.timestamp + maxLag + maxOriginAge <= timestamp);
	const from = rules.deviation === "prune-one-more" ? old + 1 : old;
	if (old >= 0) state.blocks = state.blocks.slice(from);
}

/** D-10: the messages to rollups that are registered by now. Nothing of them is state. */
function messagesOf(block: L1Block, before: ReadonlySet<number>): string[] {
	const registered = new Set(before);
	return block.logs.flatMap((log) => {
		if (log.kind === "rollupRegistered") registered.add(log.rollupId);
		return log.kind === "l1Message" && registered.has(log.rollupId) ? [`${log.rollupId}/${log.id}`] : [];
	});
}

type MadeByBlock = Pick<ReadBlock, "publications" | "ticks" | "registrations" | "messages">;

/** D-1. Changes the state in place. */
export function readBlock(rules: Rules, state: State, block: L1Block): MadeByBlock {
	const ticks: ReadTick[] = [];
	const publications: ReadPublication[] = [];
	const messages = messagesOf(block, new Set(state.rollups.map((rollup) => rollup.rollupId)));
	const early = rules.deviation === "logs-before-publications" ? record(rules, state, block) : null;
	ticks.push(...makeHorizon(rules, state, block.timestamp));
	for (const log of block.logs) {
		if (log.kind !== "published") continue;
		const published = publish(rules, state, block, log);
		publications.push(published.publication);
		ticks.push(...published.ticks);
	}
	const registrations = early ?? record(rules, state, block);
	const { number, hash, timestamp, prevRandao } = block;
	state.blocks.push({ number, hash, timestamp, prevRandao });
	forgetOldBlocks(rules, state, timestamp);
	state.l1 = { number, hash, timestamp };
	return { publications, ticks, registrations, messages };
}

/** All that can be compared after the block. */
export function summarize(state: State, made: MadeByBlock): ReadBlock {
	const { publications, ticks, registrations, messages } = made;
	return {
		number: state.l1.number,
		publications,
		ticks,
		registrations,
		messages,
		head: state.head,
		lastTick: state.lastTick,
		lastOrigin: state.lastOrigin,
		accumulatorCount: state.orderRoots.length,
		accumulatorRoot: accumulatorRoot(state),
		stateHash: stateHash(state),
	};
}
