/** Ticks of a few rollups and what comes of them, as JSON and back. */
import type {
	ActiveRollup,
	DerivedTick,
	ForcedLeg,
	L1MessageLog,
	L1Ref,
	RollupRegisteredLog,
	SelectedForced,
} from "../../src/derive/types.ts";
import { bytesToHex, hexToBytes, ZERO_ADDRESS, ZERO_HASH } from "../../src/primitives/bytes.ts";
import type { Address, Hex, Item, RollupId, Tick, TimelineConfig } from "../../src/primitives/types.ts";
import { count, type Json, type Packed, quantity } from "./format.ts";
import { configJson, configOf } from "./historyJson.ts";

type Fields = Readonly<Record<string, Json>>;

/** A rollup of a case. */
export interface VectorRollup {
	readonly registration: RollupRegisteredLog;
	/** From this tick on it is not active; null: it stays. */
	readonly retirementTick: Tick | null;
}

/** What L1 orders in one tick: its forced entries, and a manifest of this tick only. */
export interface VectorTick {
	readonly tick: Tick;
	readonly l1Origin: L1Ref;
	readonly coinbase: Address;
	readonly forced: readonly SelectedForced[];
	readonly manifest: Packed;
}

export interface BundleCase {
	readonly config: TimelineConfig;
	/** Of every rollup. */
	readonly allocation: Uint8Array;
	readonly rollups: readonly VectorRollup[];
	readonly messages: readonly { readonly l1Block: number; readonly log: L1MessageLog }[];
	readonly ticks: readonly VectorTick[];
}

export function caseJson({ allocation, config, messages, rollups, ticks }: BundleCase): Fields {
	return {
		config: configJson(config),
		allocation: bytesToHex(allocation),
		rollups: rollups.map(rollupJson),
		...(messages.length > 0 && { messages: messages.map(messageJson) }),
		ticks: ticks.map(tickJson),
	};
}

function rollupJson({ registration: { config, rollupId }, retirementTick }: VectorRollup): Json {
	const { activationTick, chainId, cluster, feeRecipient, gasLimit, genesisHash, template } = config;
	return {
		rollupId: quantity(rollupId),
		chainId: quantity(chainId),
		cluster: quantity(cluster),
		gasLimit: quantity(gasLimit),
		feeRecipient,
		activationTick: quantity(activationTick),
		template: quantity(template),
		genesisHash,
		...(retirementTick !== null && { retirementTick: quantity(retirementTick) }),
	};
}

function messageJson({ l1Block, log: { id, message, rollupId } }: BundleCase["messages"][number]): Json {
	const { data, destination, minGas, nonce, sender, source, target } = message;
	const numbers = { source: quantity(source), destination: quantity(destination), nonce: quantity(nonce) };
	const fields = { ...numbers, sender, target, minGas: quantity(minGas), data: bytesToHex(data) };
	return { l1Block: quantity(l1Block), rollupId: quantity(rollupId), id, message: fields };
}

const forcedJson = ({ entry: { bundle, legs }, overCap }: SelectedForced): Json => ({
	bundle,
	overCap,
	legs: legs.map(({ gas, rawTx, rollupId }) => ({
		rollupId: quantity(rollupId),
		gas: quantity(gas),
		rawTx: bytesToHex(rawTx),
	})),
});

function tickJson({ coinbase, forced, l1Origin, manifest, tick }: VectorTick): Json {
	const { hash, number, prevRandao, timestamp } = l1Origin;
	return {
		tick: quantity(tick),
		l1Origin: { number: quantity(number), hash, timestamp: quantity(timestamp), prevRandao },
		coinbase,
		...(forced.length > 0 && { forced: forced.map(forcedJson) }),
		manifest,
	};
}

const numbersIn = (fields: Fields) => (key: string) => count(String(fields[key]));
const listIn = (fields: Fields, key: string) => (fields[key] ?? []) as readonly Fields[];

export function caseOf(fields: Fields): BundleCase {
	const allocation = hexToBytes(fields.allocation as Hex);
	return {
		config: configOf(fields.config as Fields),
		allocation,
		rollups: listIn(fields, "rollups").map((one) => rollupOf(one, allocation)),
		messages: listIn(fields, "messages").map(messageOf),
		ticks: listIn(fields, "ticks").map(tickOf),
	};
}

function rollupOf(fields: Fields, allocation: Uint8Array): VectorRollup {
	const number = numbersIn(fields);
	const registration: RollupRegisteredLog = {
		kind: "rollupRegistered",
		rollupId: number("rollupId"),
		owner: ZERO_ADDRESS,
		config: {
			chainId: number("chainId"),
			cluster: number("cluster"),
			gasLimit: number("gasLimit"),
			feeRecipient: fields.feeRecipient as Address,
			activationTick: number("activationTick"),
			settlement: ZERO_ADDRESS,
			template: number("template"),
			genesisHash: fields.genesisHash as Hex,
		},
		allocation,
	};
	return { registration, retirementTick: "retirementTick" in fields ? number("retirementTick") : null };
}

function messageOf(fields: Fields): BundleCase["messages"][number] {
	const text = fields.message as Readonly<Record<string, Hex>>;
	const big = (key: string) => BigInt(text[key] ?? 0);
	const message = {
		source: big("source"),
		destination: big("destination"),
		nonce: big("nonce"),
		sender: text.sender as Address,
		target: text.target as Address,
		minGas: big("minGas"),
		data: hexToBytes(text.data as Hex),
	};
	const number = numbersIn(fields);
	const log = { kind: "l1Message", rollupId: number("rollupId"), id: fields.id as Hex, message } as const;
	return { l1Block: number("l1Block"), log };
}

function forcedOf(fields: Fields, index: number): SelectedForced {
	const legs = listIn(fields, "legs").map((leg): ForcedLeg => {
		const number = numbersIn(leg);
		return { rollupId: number("rollupId"), gas: number("gas"), rawTx: hexToBytes(leg.rawTx as Hex) };
	});
	const place = { sequence: index, cluster: 1, index, enqueuedAt: 0, itemHash: ZERO_HASH };
	return { entry: { ...place, bundle: fields.bundle === true, legs }, overCap: fields.overCap === true };
}

function tickOf(fields: Fields): VectorTick {
	const { hash, prevRandao, ...rest } = fields.l1Origin as Readonly<Record<string, Hex>>;
	const number = numbersIn(rest as Fields);
	const l1Origin = { number: number("number"), hash, timestamp: number("timestamp"), prevRandao } as L1Ref;
	return {
		tick: count(String(fields.tick)),
		l1Origin,
		coinbase: fields.coinbase as Address,
		forced: listIn(fields, "forced").map(forcedOf),
		manifest: fields.manifest as Packed,
	};
}

/** The rollups of a case that are active at a tick. */
function activeAt({ rollups }: BundleCase, tick: Tick): ReadonlyMap<RollupId, ActiveRollup> {
	const active = rollups.filter(
		({ registration, retirementTick }) =>
			registration.config.activationTick <= tick && tick < (retirementTick ?? Number.POSITIVE_INFINITY),
	);
	return new Map(
		active.map(({ registration: { config, rollupId } }) => {
			const { chainId, cluster, feeRecipient, gasLimit } = config;
			return [rollupId, { rollupId, chainId, cluster, gasLimit, feeRecipient }];
		}),
	);
}

/** The tick as derivation hands it to executors, its items being those of the manifest. */
export function derivedTick(entry: BundleCase, at: VectorTick, items: readonly Item[]): DerivedTick {
	const { coinbase, forced, l1Origin, tick } = at;
	const { genesisTime, tickSeconds } = entry.config;
	return {
		tick,
		time: genesisTime + tick * tickSeconds,
		kind: "published",
		publicationId: 1,
		l1Origin,
		coinbase,
		forced,
		items,
		deposits: new Map(),
		rollups: activeAt(entry, tick),
		itemsRoot: ZERO_HASH,
		forcedRoot: ZERO_HASH,
		orderRoot: ZERO_HASH,
	};
}
