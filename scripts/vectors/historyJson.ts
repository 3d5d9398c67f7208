/** L1 histories and what is derived from them, as JSON and back. */
import { packMeta, unpackMeta } from "../../src/codec/header.ts";
import { stateHash } from "../../src/derive/stateCodec.ts";
import type { DerivedTick, ForcedLeg, L1Block, PublishedLog, StepResult, TimelineLog } from "../../src/derive/types.ts";
import { bytesToHex, ZERO_HASH } from "../../src/primitives/bytes.ts";
import { MeridianError } from "../../src/primitives/errors.ts";
import type { Hex, TimelineConfig } from "../../src/primitives/types.ts";
import { packBlob } from "./blobs.ts";
import { count, type Json, type Packed, packZeros, quantity, unpack } from "./format.ts";

type Fields = Readonly<Record<string, Json>>;

export const configJson = (config: TimelineConfig): Fields =>
	Object.fromEntries(Object.entries(config).map(([key, value]) => [key, quantity(value)]));

export function configOf(fields: Fields): TimelineConfig {
	const numbers = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, count(String(value))]));
	return { ...numbers, clusterGasPerSlot: BigInt(String(fields.clusterGasPerSlot)) } as unknown as TimelineConfig;
}

export const blockJson = ({ hash, logs, number, parentHash, prevRandao, timestamp }: L1Block): Fields => ({
	number: quantity(number),
	hash,
	parentHash,
	timestamp: quantity(timestamp),
	prevRandao,
	logs: logs.map(logJson),
});

const legJson = ({ gas, rawTx, rollupId }: ForcedLeg): Json => ({
	rollupId: quantity(rollupId),
	gas: quantity(gas),
	rawTx: bytesToHex(rawTx),
});

function logJson(log: TimelineLog): Json {
	switch (log.kind) {
		case "published":
			return publishedJson(log);
		case "rollupRegistered": {
			const { activationTick, chainId, cluster, feeRecipient, gasLimit } = log.config;
			return {
				kind: log.kind,
				rollupId: quantity(log.rollupId),
				chainId: quantity(chainId),
				cluster: quantity(cluster),
				gasLimit: quantity(gasLimit),
				feeRecipient,
				activationTick: quantity(activationTick),
			};
		}
		case "configScheduled": {
			const { effectiveTick, feeRecipient, gasLimit, kind, rollupId } = log;
			const numbers = { effectiveTick: quantity(effectiveTick), gasLimit: quantity(gasLimit) };
			return { kind, rollupId: quantity(rollupId), ...numbers, feeRecipient };
		}
		case "enqueued": {
			const { bundle, cluster, index, kind, legs, sender } = log;
			return { kind, cluster: quantity(cluster), index: quantity(index), sender, bundle, legs: legs.map(legJson) };
		}
		case "deposited": {
			const { gwei, index, kind, recipient, rollupId, sender } = log;
			return { kind, rollupId: quantity(rollupId), index: quantity(index), sender, recipient, gwei: quantity(gwei) };
		}
		case "timelineCreated":
		case "l1Message":
			throw new MeridianError(
				"halt",
				"vector-log",
				"histories say no more than the order layer reads; leave TimelineCreated and MessageSent out",
			);
	}
}

function publishedJson({ data, header, kind, publisher }: PublishedLog): Json {
	const { l1OriginHash, parent, ticksRoot } = header;
	const carried: Fields =
		data.kind === "blobs"
			? { versionedHashes: data.versionedHashes, blobs: data.blobs.map(packBlob) }
			: { data: packZeros(data.data) };
	return { kind, parent, meta: packMeta(header), ticksRoot, l1OriginHash, publisher, ...carried };
}

export function blockOf(fields: Fields): L1Block {
	return {
		number: count(String(fields.number)),
		hash: fields.hash as Hex,
		parentHash: fields.parentHash as Hex,
		timestamp: count(String(fields.timestamp)),
		prevRandao: fields.prevRandao as Hex,
		logs: (fields.logs as readonly Fields[]).map(logOf),
	};
}

function logOf(fields: Fields): TimelineLog {
	const number = (key: string) => count(String(fields[key]));
	const hex = (key: string) => fields[key] as Hex;
	const rollupId = "rollupId" in fields ? number("rollupId") : 0;
	switch (fields.kind) {
		case "published":
			return publishedOf(fields);
		case "rollupRegistered":
			return {
				kind: "rollupRegistered",
				rollupId,
				owner: hex("feeRecipient"),
				allocation: new Uint8Array(),
				config: {
					chainId: number("chainId"),
					cluster: number("cluster"),
					gasLimit: number("gasLimit"),
					feeRecipient: hex("feeRecipient"),
					activationTick: number("activationTick"),
					settlement: hex("feeRecipient"),
					template: 1,
					genesisHash: ZERO_HASH,
				},
			};
		case "configScheduled": {
			const numbers = { effectiveTick: number("effectiveTick"), gasLimit: number("gasLimit") };
			return { kind: "configScheduled", rollupId, ...numbers, feeRecipient: hex("feeRecipient") };
		}
		case "enqueued": {
			const legs = (fields.legs as readonly Fields[]).map(legOf);
			const [cluster, index] = [number("cluster"), number("index")];
			return { kind: "enqueued", cluster, index, sender: hex("sender"), bundle: fields.bundle === true, legs };
		}
		default: {
			const [sender, recipient] = [hex("sender"), hex("recipient")];
			return { kind: "deposited", rollupId, index: number("index"), sender, recipient, gwei: BigInt(hex("gwei")) };
		}
	}
}

const legOf = (fields: Fields): ForcedLeg => ({
	rollupId: count(String(fields.rollupId)),
	gas: count(String(fields.gas)),
	rawTx: unpack(fields.rawTx as Packed),
});

function publishedOf(fields: Fields): PublishedLog {
	const hex = (key: string) => fields[key] as Hex;
	const names = { parent: hex("parent"), ticksRoot: hex("ticksRoot"), l1OriginHash: hex("l1OriginHash") };
	return {
		kind: "published",
		header: { ...unpackMeta(hex("meta")), ...names },
		publisher: hex("publisher"),
		data:
			"blobs" in fields
				? {
						kind: "blobs",
						versionedHashes: fields.versionedHashes as readonly Hex[],
						blobs: (fields.blobs as readonly Packed[]).map(unpack),
					}
				: { kind: "calldata", data: unpack(fields.data as Packed) },
	};
}

/** What a history expects of one block. */
export const resultJson = ({ publications, state, ticks }: StepResult): Fields => ({
	head: state.head,
	stateHash: stateHash(state),
	publications: publications.map(({ id, verdict }) => ({
		id: quantity(id),
		verdict: verdict.kind === "valid" ? "valid" : verdict.reason,
	})),
	ticks: ticks.map(tickJson),
});

function tickJson(tick: DerivedTick): Json {
	return {
		tick: quantity(tick.tick),
		kind: tick.kind,
		publicationId: tick.publicationId === null ? null : quantity(tick.publicationId),
		l1Origin: quantity(tick.l1Origin.number),
		coinbase: tick.coinbase,
		forced: tick.forced.map(({ entry, overCap }) => ({
			cluster: quantity(entry.cluster),
			index: quantity(entry.index),
			overCap,
		})),
		deposits: [...tick.deposits.values()]
			.flat()
			.map(({ index, rollupId }) => ({ rollupId: quantity(rollupId), index: quantity(index) })),
		items: quantity(tick.items.length),
		itemsRoot: tick.itemsRoot,
		forcedRoot: tick.forcedRoot,
		orderRoot: tick.orderRoot,
	};
}
