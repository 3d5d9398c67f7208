/** Publications: headers that the Inbox would accept, over data that is right, or wrong in one way. */
import type { L1Block, PublicationData } from "../../src/derive/types.ts";
import type { PublicationHeader } from "../../src/primitives/types.ts";
import { itemHash, merkleRoot, tickHash } from "../reference/hashes.ts";
import { timeOf } from "../reference/ticks.ts";
import type { ManifestItem, ManifestTick } from "../reference/types.ts";
import { writeBlobs, writeFlawedBlobs } from "./blobWriter.ts";
import { writeData, writeDataAtRatioEdge, writeFlawedData } from "./dataWriter.ts";
import type { Random } from "./random.ts";
import { type Draft, emit, type World } from "./world.ts";

interface PlannedTick {
	tick: number;
	l1Origin: number;
	readonly items: ManifestItem[];
}

/** A publication before it is written; flaws bend it. */
interface Plan {
	ticks: PlannedTick[];
	firstTick: number;
	lastTick: number;
	l1Origin: number;
	/** Written instead of what the ticks say. */
	lags?: number[];
	deltas?: number[];
}

function rawTx(random: Random): Buffer {
	const most = random.chance(0.05) ? 600 : 50;
	return random.bytes(random.below(most));
}

function item(world: World): ManifestItem {
	const { random, books } = world;
	const leg = () => ({ rollupId: random.below(books.rollups.length + 2), rawTx: rawTx(random) });
	if (!random.chance(0.25)) return { bundle: false, legs: [leg()] };
	const few = random.between(1, 4);
	const count = random.chance(0.04) ? random.pick([63, 64, 65]) : few;
	return { bundle: true, legs: Array.from({ length: count }, leg) };
}

/** A block that the tick may name; if there is none, rarely one that it may not. */
function chooseOrigin(world: World, tick: number, atLeast: number): L1Block | undefined {
	const { random, config, chain } = world;
	const time = timeOf(config, tick);
	const fitting = chain.filter(
		(block) => block.number >= atLeast && block.timestamp <= time && time - block.timestamp <= config.maxOriginAge,
	);
	if (fitting.length === 0) return random.chance(0.2) ? random.some(chain) : undefined;
	return random.pick([fitting.at(-1), fitting.at(-1), fitting[0], random.some(fitting)]);
}

function chooseTicks(world: World, draft: Draft): number[] {
	const { random, books } = world;
	const low = Math.max(books.headTick, draft.horizon, 0) + 1;
	if (low > draft.now) return [];
	const count = random.pick([1, 1, 2, 3, random.between(1, 8)]);
	const style = random.below(4);
	const from = style === 0 ? low : random.between(low, draft.now);
	const until = style === 1 ? draft.now : Math.min(draft.now, from + random.below(2 * count));
	const ticks = new Set<number>([from]);
	for (let i = 1; i < count; i++) ticks.add(random.between(from, until));
	return [...ticks].sort((a, b) => a - b);
}

function plan(world: World, draft: Draft): Plan | null {
	const numbers = chooseTicks(world, draft);
	let atLeast = draft.lastOrigin;
	const ticks: PlannedTick[] = [];
	for (const tick of numbers) {
		const origin = chooseOrigin(world, tick, atLeast);
		if (origin === undefined) continue;
		atLeast = Math.max(atLeast, origin.number);
		const items = Array.from({ length: world.random.below(4) }, () => item(world));
		ticks.push({ tick, l1Origin: origin.number, items });
	}
	const [first, last] = [ticks[0], ticks.at(-1)];
	if (first === undefined || last === undefined) return null;
	return { ticks, firstTick: first.tick, lastTick: last.tick, l1Origin: last.l1Origin };
}

/** One thing wrong with ticks or l1Origins: the data is well formed, the publication (nearly always) void. */
function bend(world: World, draft: Draft, bent: Plan): void {
	const { random, chain, config } = world;
	const [first, last] = [bent.ticks[0], bent.ticks.at(-1)];
	if (first === undefined || last === undefined) return;
	const any = random.some(bent.ticks) ?? last;
	const head = chain.at(-1)?.number ?? 0;
	const time = timeOf(config, last.tick);
	const lags = () => bent.ticks.map((one) => bent.l1Origin - one.l1Origin);
	const deltas = () => bent.ticks.map((one, i) => one.tick - (bent.ticks[i - 1]?.tick ?? one.tick));
	const nameFor = (block: L1Block | undefined) => {
		if (block === undefined) return;
		for (const one of bent.ticks) one.l1Origin = Math.min(one.l1Origin, block.number);
		last.l1Origin = block.number;
		bent.l1Origin = block.number;
	};
	const bends: readonly [() => unknown, ...(() => unknown)[]] = [
		() => (bent.deltas = deltas().map((delta, i) => (i === 0 ? random.pick([1, 2 ** 40 - 1]) : delta))),
		() => (bent.deltas = deltas().map((delta) => (random.chance(0.5) ? 0 : delta))),
		() => (bent.lastTick = random.between(bent.firstTick, Math.max(bent.firstTick, draft.now))),
		() => (bent.lags = lags().reverse()),
		() => (bent.lags = lags().map((lag, i, all) => (i === 1 && all.length > 2 ? (all[0] ?? 0) + 1 : lag))),
		() => (bent.lags = lags().map((lag) => lag + random.below(2))),
		() => (bent.lags = lags().map((lag) => random.pick([lag, bent.l1Origin + 1, 2 ** 32 - 1, bent.l1Origin]))),
		() => (any.l1Origin = Math.max(0, head - random.below(12))),
		() => (any.l1Origin = random.between(Math.max(0, config.startBlock - 3), head)),
		() => (any.l1Origin = random.pick([Math.max(0, config.startBlock - 1), Math.max(0, head - 100)])),
		// The block just too old for the last tick, just too young, or before what the reader has already seen.
		() => nameFor(chain.findLast((block) => time - block.timestamp > config.maxOriginAge)),
		() => nameFor(chain.find((block) => block.timestamp > time)),
		() => nameFor(chain.find((block) => block.number === draft.lastOrigin - 1)),
		() => nameFor(chain.at(-1)),
		() => any.items.push(item(world)),
	];
	random.pick(bends)();
	bent.l1Origin = Math.max(0, Math.min(bent.l1Origin, draft.number - 1));
}

/** D-4, which the Inbox makes impossible: ticks that are already taken. */
function overlap(world: World, draft: Draft, bent: Plan): void {
	const low = Math.max(draft.horizon, 0) + 1;
	const shift = world.random.between(0, bent.firstTick - Math.min(low, bent.firstTick));
	for (const one of bent.ticks) one.tick -= shift;
	bent.firstTick -= shift;
	bent.lastTick -= shift;
}

const manifestOf = (what: Plan): ManifestTick[] =>
	what.ticks.map((one, i) => ({
		delta: what.deltas?.[i] ?? Math.max(0, one.tick - (what.ticks[i - 1]?.tick ?? one.tick)),
		lag: what.lags?.[i] ?? Math.max(0, what.l1Origin - one.l1Origin),
		items: one.items,
	}));

const rootOf = (firstTick: number, manifest: readonly ManifestTick[]): `0x${string}` => {
	let tick = firstTick;
	return merkleRoot(
		manifest.map((one) => {
			tick += one.delta;
			return tickHash(
				tick,
				one.items.map((part) => itemHash(part)),
			);
		}),
	);
};

/** Random bytes that fill about `blobs` blobs, in transactions of one item each. */
function bulk(random: Random, blobs: number): ManifestItem[] {
	return Array.from({ length: blobs }, () => ({
		bundle: false,
		legs: [{ rollupId: 1, rawTx: random.bytes(random.between(120_000, 131_072)) }],
	}));
}

function wrap(world: World, data: Buffer, flawed: boolean): { blobs: number; payload: PublicationData } {
	const { random } = world;
	if (!flawed && !random.chance(world.mood.blobs) && data.length < 130_000) {
		return { blobs: 0, payload: { kind: "calldata", data } };
	}
	const blobs = (flawed ? writeFlawedBlobs(random, data) : writeBlobs(data)).slice(0, 6);
	const versionedHashes = blobs.map(() => random.hex(32));
	return { blobs: blobs.length, payload: { kind: "blobs", versionedHashes, blobs } };
}

/** Where the flaw of a publication lies. */
type Flaw = "none" | "ticks" | "root" | "data" | "blobs" | "codec" | "overlap";

function chooseFlaw({ random, mood }: World): Flaw {
	if (random.chance(mood.rogue / 10)) return "overlap";
	if (!random.chance(mood.flawed)) return "none";
	if (random.chance(mood.blobs / 2)) return "blobs";
	return random.pick(["ticks", "ticks", "ticks", "data", "data", "data", "root", "codec"]);
}

export function publish(world: World, draft: Draft): void {
	const { random, books, chain } = world;
	const planned = books.created ? plan(world, draft) : null;
	if (planned === null) return;
	const flaw = chooseFlaw(world);
	if (flaw === "ticks") bend(world, draft, planned);
	if (flaw === "overlap") overlap(world, draft, planned);
	if (random.chance(0.002)) planned.ticks[0]?.items.push(...bulk(random, random.pick([1, 1, 2, 5])));
	let manifest = manifestOf(planned);
	let data = flaw === "data" ? writeFlawedData(random, manifest) : writeData(random, manifest);
	if (random.chance(0.02)) ({ data, ticks: manifest } = writeDataAtRatioEdge(random, manifest));
	const { blobs, payload } = wrap(world, data, flaw === "blobs");
	const header: PublicationHeader = {
		parent: books.head,
		coinbase: random.hex(20),
		firstTick: planned.firstTick,
		lastTick: planned.lastTick,
		l1Origin: planned.l1Origin,
		l1OriginHash: chain.find((block) => block.number === planned.l1Origin)?.hash ?? random.hex(32),
		codec: flaw === "codec" ? random.pick([0, 2, 15]) : 1,
		blobs,
		ticksRoot: flaw === "root" ? random.hex(32) : rootOf(planned.firstTick, manifest),
	};
	emit(world, draft, { kind: "published", header, publisher: random.hex(20), data: payload });
	if (flaw === "none") draft.lastOrigin = Math.max(draft.lastOrigin, planned.l1Origin);
}

/** A publication of an orphaned block, sent again: the Inbox takes it only if it still fits. */
export function republish(world: World, draft: Draft): void {
	const { random, books, orphaned, chain } = world;
	const log = random.some(orphaned.filter((one) => one.kind === "published"));
	if (log === undefined || !books.created) return;
	const { header } = log;
	const origin = chain.find((block) => block.number === header.l1Origin);
	const fits = header.firstTick > Math.max(books.headTick, draft.horizon) && header.lastTick <= draft.now;
	if (!fits || origin?.hash !== header.l1OriginHash) return;
	emit(world, draft, { ...log, header: { ...header, parent: books.head } });
	draft.lastOrigin = Math.max(draft.lastOrigin, header.l1Origin);
}
