/** Vectors of the order layer: small L1 histories, and what is derived from each of their blocks. */
import { RLP } from "@ethereumjs/rlp";
import { encodeBlobs } from "../../src/codec/blob.ts";
import { encodeManifest } from "../../src/codec/manifest.ts";
import type { PlannedTick } from "../../src/derive/plan.ts";
import { encodeState, stateHash } from "../../src/derive/stateCodec.ts";
import type { OrderState, PublishedLog } from "../../src/derive/types.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import {
	bundle,
	bundleEnqueued,
	type Changes,
	CONFIG,
	deposited,
	enqueued,
	forcedLeg,
	GENESIS_HEAD,
	leg,
	planned,
	published,
	registered,
	scheduled,
	started,
	Timeline,
	tickOf,
	tx,
} from "../../test/helpers/derive/timeline.ts";
import { stored } from "./brotli.ts";
import type { VectorFile } from "./format.ts";
import { blockJson, configJson, resultJson } from "./historyJson.ts";
import { dataOf } from "./publicationData.ts";

type History = [name: string, timeline: Timeline];

const histories = (): History[] => [
	["ticks with transactions and bundles, by calldata and by blobs", ordinary()],
	["every publication void, each for another reason, and a valid one after them", voids()],
	["nobody publishes: the horizon makes ticks for forced entries and deposits", horizon()],
	["forced entries beyond the cap are filled in before a published tick", filled()],
	["clusters, forced bundles and entries over cap", clusters()],
	["rollups that activate and change their gas limit", activation()],
];

/** A publication log whose bytes no compressor made. */
function exact(state: OrderState, ticks: readonly PlannedTick[], changes: Changes = {}): PublishedLog {
	const manifest = encodeManifest(ticks);
	const data = dataOf(stored(manifest), manifest.length);
	const { target, ...rest } = changes;
	return published(state.head, ticks, target === "blobs" ? { blobs: encodeBlobs(data), ...rest } : { data, ...rest });
}

function ordinary(): Timeline {
	const timeline = started();
	timeline.next(deposited(1, 0), deposited(2, 0), enqueued(0, 1, 21_000));
	const [first, second] = [tickOf(101), tickOf(102)];
	timeline.next(
		exact(timeline.state, [
			planned(first, 101, tx(1, 1, 2, 3), bundle(leg(1, 4), leg(2, 5)), tx(9)),
			planned(first + 1, 101),
			planned(first + 3, 101, bundle(leg(3, 6))),
		]),
	);
	timeline.next(
		exact(timeline.state, [planned(second, 101, tx(2, 7)), planned(second + 1, 102, tx(1, 8))], { target: "blobs" }),
	);
	timeline.next(deposited(1, 1));
	return timeline;
}

function voids(): Timeline {
	const timeline = started();
	timeline.idleTo(106);
	const ticks = [planned(tickOf(106), 105, tx(1, 1))];
	const [at, later] = [tickOf(106), [planned(tickOf(106) + 1, 106, tx(1, 2))]];
	const origin = (l1Origin: number) => exact(timeline.state, [planned(at, l1Origin, tx(1, 1))]);
	timeline.next(exact(timeline.state, ticks, { data: Uint8Array.of(1, 2, 3) }));
	timeline.next(exact(timeline.state, ticks, { blobs: [new Uint8Array(131_072).fill(0xff)] }));
	timeline.next(exact(timeline.state, ticks, { header: { ticksRoot: GENESIS_HEAD } }));
	timeline.next(exact(timeline.state, ticks, { header: { lastTick: at + 1 } }));
	timeline.next(origin(99));
	timeline.next(origin(102));
	timeline.next(origin(107));
	timeline.next(exact(timeline.state, ticks), exact(timeline.state, ticks), exact(timeline.state, later));
	timeline.next(exact(timeline.state, [planned(at + 2, 105, tx(1, 3))]));
	return timeline;
}

function horizon(): Timeline {
	const timeline = started();
	timeline.next(enqueued(0, 1, 21_000), deposited(3, 0), enqueued(1, 2, 21_000));
	timeline.next(enqueued(2, 1, 15_000_000), enqueued(3, 1, 1));
	timeline.idleTo(120);
	return timeline;
}

function filled(): Timeline {
	const timeline = started();
	timeline.next(...[0, 1, 2, 3].map((index) => enqueued(index, 1, 10_000_000)), enqueued(4, 2, 1));
	timeline.idleTo(107);
	const due = tickOf(101) + CONFIG.forcedDelay / CONFIG.tickSeconds;
	timeline.next(
		exact(timeline.state, [planned(due, 106, tx(1, 1)), planned(due + 2, 106, tx(1, 2)), planned(due + 9, 107)]),
	);
	return timeline;
}

function clusters(): Timeline {
	const timeline = started();
	timeline.next(
		enqueued(0, 3, 15_000_000, 2),
		bundleEnqueued(0, [forcedLeg(1, 8_000_000, 1), forcedLeg(2, 8_000_000, 2)]),
		bundleEnqueued(1, [forcedLeg(1, 8_000_000, 3), forcedLeg(1, 8_000_000, 4)]),
		enqueued(1, 3, 1, 2),
		bundleEnqueued(2, [forcedLeg(2, 8_000_000, 5)]),
	);
	timeline.idleTo(107);
	timeline.next(exact(timeline.state, [planned(tickOf(107), 107, tx(3, 1))]));
	timeline.next(exact(timeline.state, [planned(tickOf(107) + 1, 107)]));
	return timeline;
}

function activation(): Timeline {
	const timeline = new Timeline();
	const active = tickOf(107);
	timeline.next(registered(1), registered(2, { activationTick: active }), scheduled(1, active, 10_000_000));
	timeline.next(
		scheduled(1, active + 1, 60_000_000),
		deposited(2, 0),
		enqueued(0, 1, 6_000_000),
		enqueued(1, 2, 5_000),
	);
	timeline.next(enqueued(2, 1, 6_000_000), enqueued(3, 2, 5_000));
	timeline.idleTo(106);
	timeline.next(
		exact(timeline.state, [
			planned(active - 1, 106, tx(2, 1)),
			planned(active, 106, tx(2, 2)),
			planned(active + 1, 106),
		]),
	);
	return timeline;
}

export function historyVectors(): VectorFile[] {
	const all = histories();
	return [
		{
			kind: "history",
			description: "D-1 to D-10: L1 blocks, and what each makes",
			cases: all.map(([name, { blocks, config, results }]) => ({
				name,
				config: configJson(config),
				genesisHead: GENESIS_HEAD,
				blocks: blocks.map(blockJson),
				expected: results.map(resultJson),
			})),
		},
		{
			kind: "stateHash",
			description: "S-7: the state after a history, as bytes",
			cases: all.map(([name, { state }]) => ({ name, state: stateBytes(state), hash: stateHash(state) })),
		},
	];
}

function stateBytes(state: OrderState): `0x${string}` {
	const [fields = []] = RLP.decode(encodeState(state).bytes) as [never];
	return bytesToHex(RLP.encode(fields));
}
