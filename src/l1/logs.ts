/** Logs of the timeline's contracts as values; rule L-1. */
import { Interface, type Result } from "ethers";
import { unpackMeta } from "../codec/header.ts";
import type { Timeline } from "../derive/ports.ts";
import type { ForcedLeg, Message, PublishedLog, TimelineCreatedLog, TimelineLog } from "../derive/types.ts";
import { BRIDGE_ABI, FORCED_INCLUSION_ABI, INBOX_ABI, REGISTRY_ABI } from "../primitives/abi.ts";
import { hexToBytes } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import type { Address, Hash32, Hex, RollupConfig, TimelineConfig } from "../primitives/types.ts";
import type { RawLog } from "./receipts.ts";

/** A publication whose blobs have yet to be fetched. */
export type PublishedBlobs = Omit<PublishedLog, "data"> & { readonly versionedHashes: readonly Hash32[] };

/** A log, complete but for blobs. */
export type DecodedLog = TimelineLog | PublishedBlobs;

const INBOX = new Interface(INBOX_ABI);
const REGISTRY = new Interface(REGISTRY_ABI);
const FORCED_INCLUSION = new Interface(FORCED_INCLUSION_ABI);
const BRIDGE = new Interface(BRIDGE_ABI);

export type Contracts = Pick<Timeline, "inbox" | "registry" | "forcedInclusion" | "bridge">;

/**
 * The logs that count, in their order; everything else is ignored. The receipts they stand in have been checked, so a log of a
 * contract of ours that cannot be decoded means that it is no contract of ours: `halt` with code `l1-log`.
 */
export function decodeLogs(logs: readonly RawLog[], contracts: Contracts): DecodedLog[] {
	const interfaces = new Map<Address, Interface>([
		[contracts.inbox, INBOX],
		[contracts.registry, REGISTRY],
		[contracts.forcedInclusion, FORCED_INCLUSION],
		[contracts.bridge, BRIDGE],
	]);
	return logs.flatMap((log) => {
		const abi = interfaces.get(log.address);
		const event = abi?.getEvent(log.topics[0] ?? "0x");
		return abi && event ? [decodeLog(abi, log)] : [];
	});
}

/** The log in which an Inbox's constructor says what it is, if it is among these. */
export function findTimelineCreated(logs: readonly RawLog[], inbox: Address): TimelineCreatedLog | null {
	const topic = INBOX.getEvent("TimelineCreated")?.topicHash;
	const log = logs.find((candidate) => candidate.address === inbox && candidate.topics[0] === topic);
	const decoded = log && decodeLog(INBOX, log);
	return decoded?.kind === "timelineCreated" ? decoded : null;
}

export const TIMELINE_CALL = INBOX.encodeFunctionData("timeline") as Hex;

/** What `Inbox.timeline()` returned, or null if the bytes are no such answer. */
export function decodeTimelineCall(data: Hex): (Omit<TimelineCreatedLog, "kind"> & { creationBlock: number }) | null {
	try {
		const values = INBOX.decodeFunctionResult("timeline", data);
		return { ...timelineFields(values), creationBlock: numberFrom(values.creationBlock) };
	} catch {
		return null;
	}
}

function decodeLog(abi: Interface, log: RawLog): DecodedLog {
	try {
		const parsed = abi.parseLog(log);
		if (parsed === null) throw new RangeError("no such event");
		const decode = DECODERS[parsed.name];
		if (decode === undefined) throw new RangeError(`event ${parsed.name} has no meaning`);
		return decode(parsed.args);
	} catch (cause) {
		const what = `The contract at ${log.address} emitted a log that does not decode (topic ${log.topics[0]})`;
		throw new MeridianError(
			"halt",
			"l1-log",
			`${what}; it is not a contract of this timeline's version`,
			{ log },
			{ cause },
		);
	}
}

const DECODERS: Readonly<Record<string, (args: Result) => DecodedLog>> = {
	TimelineCreated: (args) => ({ kind: "timelineCreated", ...timelineFields(args) }),
	Published: (args) => ({ ...published(args), versionedHashes: listFrom(args.blobHashes).map(String) as Hash32[] }),
	PublishedCalldata: (args) => ({ ...published(args), data: { kind: "calldata", data: bytesFrom(args.data) } }),
	RollupRegistered: (args) => ({
		kind: "rollupRegistered",
		rollupId: numberFrom(args.rollupId),
		owner: addressFrom(args.owner),
		config: rollupConfig(args.config),
		allocation: bytesFrom(args.allocation),
	}),
	ConfigScheduled: (args) => ({
		kind: "configScheduled",
		rollupId: numberFrom(args.rollupId),
		effectiveTick: numberFrom(args.effectiveTick),
		gasLimit: numberFrom(args.gasLimit),
		feeRecipient: addressFrom(args.feeRecipient),
	}),
	Enqueued: (args) => ({ kind: "enqueued", ...entry(args), bundle: false, legs: [forcedLeg(args)] }),
	BundleEnqueued: (args) => ({
		kind: "enqueued",
		...entry(args),
		bundle: true,
		legs: listFrom(args.legs).map(forcedLeg),
	}),
	Deposited: (args) => ({
		kind: "deposited",
		rollupId: numberFrom(args.rollupId),
		index: numberFrom(args.index),
		sender: addressFrom(args.sender),
		recipient: addressFrom(args.recipient),
		gwei: BigInt(args.gweiAmount),
	}),
	MessageSent: (args) => ({
		kind: "l1Message",
		rollupId: numberFrom(args.rollupId),
		id: args.id,
		message: message(args.message),
	}),
};

function published(args: Result): Omit<PublishedLog, "data"> {
	const meta = `0x${BigInt(args.meta).toString(16).padStart(64, "0")}` as const;
	return {
		kind: "published",
		header: {
			...unpackMeta(meta),
			parent: args.parent,
			ticksRoot: args.ticksRoot,
			l1OriginHash: args.l1OriginHash,
		},
		publisher: addressFrom(args.publisher),
	};
}

const entry = (args: Result) => ({
	cluster: numberFrom(args.cluster),
	index: numberFrom(args.index),
	sender: addressFrom(args.sender),
});

const forcedLeg = (args: Result): ForcedLeg => ({
	rollupId: numberFrom(args.rollupId),
	gas: numberFrom(args.gas),
	rawTx: bytesFrom(args.rawTx),
});

const rollupConfig = (args: Result): RollupConfig => ({
	chainId: numberFrom(args.chainId),
	cluster: numberFrom(args.cluster),
	gasLimit: numberFrom(args.gasLimit),
	feeRecipient: addressFrom(args.feeRecipient),
	activationTick: numberFrom(args.activationTick),
	settlement: addressFrom(args.settlement),
	template: numberFrom(args.template),
	genesisHash: args.genesisHash,
});

/** Numbers as they are: whoever sends chooses `minGas`, and no choice may stop a reader. */
const message = (args: Result): Message => ({
	source: BigInt(args.source),
	destination: BigInt(args.destination),
	nonce: BigInt(args.nonce),
	sender: addressFrom(args.sender),
	target: addressFrom(args.target),
	minGas: BigInt(args.minGas),
	data: bytesFrom(args.data),
});

const timelineFields = (args: Result): Omit<TimelineCreatedLog, "kind"> => ({
	registry: addressFrom(args.registry),
	forcedInclusion: addressFrom(args.forcedInclusion),
	bridge: addressFrom(args.bridge),
	rights: addressFrom(args.rights),
	config: timelineConfig(args.config),
	genesisHead: args.genesisHead,
});

const timelineConfig = (args: Result): TimelineConfig => ({
	startBlock: numberFrom(args.startBlock),
	genesisTime: numberFrom(args.genesisTime),
	beaconGenesisTime: numberFrom(args.beaconGenesisTime),
	slotSeconds: numberFrom(args.slotSeconds),
	tickSeconds: numberFrom(args.tickSeconds),
	maxLag: numberFrom(args.maxLag),
	forcedDelay: numberFrom(args.forcedDelay),
	maxOriginAge: numberFrom(args.maxOriginAge),
	ringSize: numberFrom(args.ringSize),
	clusterGasPerSlot: BigInt(args.clusterGasPerSlot),
});

// ethers types every decoded value as `any`; these say what it is.
const addressFrom = (value: string): Address => value.toLowerCase() as Address;
const bytesFrom = (value: string): Uint8Array => hexToBytes(value);
const listFrom = (value: Result): Result[] => [...value];

function numberFrom(value: bigint): number {
	const number = Number(value);
	if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is beyond 2^53`);
	return number;
}
