/** The beacon API of the devnet's node, on loopback: what a reader of blobs, a prover and a sequencer ask, and no more. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import { type phase0, ssz } from "@lodestar/types";
import { bytesToHex, isHex, ZERO_HASH } from "../../primitives/bytes.ts";
import type { Hash32 } from "../../primitives/types.ts";
import type { BlockRecord } from "./forks.ts";
import type { BeaconNode } from "./node.ts";

export interface BeaconServer {
	/** Of the API, without a slash at the end. */
	readonly url: string;
	close(): Promise<void>;
}

/** An answer: JSON, or SSZ. */
type Answer =
	| { readonly status: number; readonly json: object }
	| { readonly status: 200; readonly ssz: Uint8Array; readonly version: "fulu" };

interface Ask {
	readonly node: BeaconNode;
	/** What stands in the path's place for it. */
	readonly id: string;
	readonly query: URLSearchParams;
}

/** Starts the server on a free port of 127.0.0.1. */
export async function serveBeaconApi(node: BeaconNode): Promise<BeaconServer> {
	const server = createServer((request, response) => {
		const url = new URL(request.url ?? "/", "http://127.0.0.1");
		send(response, request.method === "GET" ? answer(node, url) : notFound(`${request.method} ${url.pathname}`));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

const ROUTES: readonly (readonly [RegExp, (ask: Ask) => Answer])[] = [
	[/^\/eth\/v1\/beacon\/genesis$/, genesis],
	[/^\/eth\/v1\/config\/spec$/, spec],
	[/^\/eth\/v1\/beacon\/headers$/, headersOf],
	[/^\/eth\/v1\/beacon\/headers\/([^/]+)$/, onBlock(header)],
	[/^\/eth\/v2\/beacon\/blocks\/([^/]+)$/, onBlock(block)],
	[/^\/eth\/v1\/beacon\/blobs\/([^/]+)$/, onBlock(blobs)],
	[/^\/eth\/v1\/beacon\/states\/([^/]+)\/finality_checkpoints$/, onBlock(finalityCheckpoints)],
	[/^\/eth\/v1\/validator\/duties\/proposer\/(\d+)$/, proposerDuties],
	[/^\/eth\/v2\/debug\/beacon\/states\/([^/]+)$/, onBlock(debugState)],
];

function answer(node: BeaconNode, url: URL): Answer {
	for (const [pattern, route] of ROUTES) {
		const match = pattern.exec(url.pathname);
		if (match !== null) return route({ node, id: match[1] ?? "", query: url.searchParams });
	}
	return notFound(url.pathname);
}

function send(response: ServerResponse, result: Answer): void {
	if ("ssz" in result) {
		response.writeHead(200, { "content-type": "application/octet-stream", "eth-consensus-version": result.version });
		response.end(result.ssz);
		return;
	}
	const text = JSON.stringify(result.json, (_key, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
	response.writeHead(result.status, { "content-type": "application/json" }).end(text);
}

const ok = (json: object): Answer => ({ status: 200, json });
const notFound = (what: string): Answer => ({ status: 404, json: { code: 404, message: `${what} is not here` } });

/** A route about a block or its state: `head`, `genesis`, `justified`, `finalized`, a slot, or a block's root. */
function onBlock(route: (record: BlockRecord, ask: Ask) => Answer): (ask: Ask) => Answer {
	return (ask) => {
		const record = find(ask.node, ask.id);
		if (record === undefined) return notFound(ask.id);
		return route(record, ask);
	};
}

function find({ forks }: BeaconNode, id: string): BlockRecord | undefined {
	const { currentJustifiedCheckpoint, finalizedCheckpoint } = forks.headState;
	// Before there is a checkpoint its root is zero, and genesis stands for it.
	const at = (root: Hash32): BlockRecord | undefined => (root === ZERO_HASH ? forks.genesis : forks.get(root));
	if (id === "head") return forks.head;
	if (id === "genesis") return forks.genesis;
	if (id === "justified") return at(bytesToHex(currentJustifiedCheckpoint.root));
	if (id === "finalized") return at(bytesToHex(finalizedCheckpoint.root));
	if (/^\d+$/.test(id)) return forks.at(Number(id));
	return isHex(id, 32) ? forks.get(id.toLowerCase() as Hash32) : undefined;
}

const meta = (node: BeaconNode, record: BlockRecord) => ({
	execution_optimistic: false,
	finalized: node.forks.isCanonical(record) && record.header.slot <= node.finalizedEpoch * SLOTS_PER_EPOCH,
});

function genesis({ node }: Ask): Answer {
	const { genesisTime, genesisValidatorsRoot } = node.forks.headState;
	return ok({
		data: {
			genesis_time: String(genesisTime),
			genesis_validators_root: bytesToHex(genesisValidatorsRoot),
			genesis_fork_version: bytesToHex(node.config.GENESIS_FORK_VERSION),
		},
	});
}

function spec({ node: { config } }: Ask): Answer {
	return ok({
		data: {
			CONFIG_NAME: config.CONFIG_NAME,
			PRESET_BASE: config.PRESET_BASE,
			SECONDS_PER_SLOT: String(config.SECONDS_PER_SLOT),
			SLOTS_PER_EPOCH: String(SLOTS_PER_EPOCH),
			GENESIS_FORK_VERSION: bytesToHex(config.GENESIS_FORK_VERSION),
			FULU_FORK_EPOCH: String(config.FULU_FORK_EPOCH),
			FULU_FORK_VERSION: bytesToHex(config.FULU_FORK_VERSION),
			DEPOSIT_CHAIN_ID: String(config.DEPOSIT_CHAIN_ID),
			DEPOSIT_NETWORK_ID: String(config.DEPOSIT_NETWORK_ID),
		},
	});
}

const headerData = (node: BeaconNode, record: BlockRecord) => ({
	root: record.root,
	canonical: node.forks.isCanonical(record),
	header: {
		message: ssz.phase0.BeaconBlockHeader.toJson(record.header),
		signature: bytesToHex(record.signed?.signature ?? new Uint8Array(96)),
	},
});

function header(record: BlockRecord, { node }: Ask): Answer {
	return ok({ ...meta(node, record), data: headerData(node, record) });
}

function headersOf({ node, query }: Ask): Answer {
	const parent = query.get("parent_root");
	const slot = query.get("slot");
	const records =
		parent !== null
			? node.forks.childrenOf(parent.toLowerCase() as Hash32)
			: [slot === null ? node.forks.head : node.forks.at(Number(slot))].filter((record) => record !== undefined);
	return ok({
		execution_optimistic: false,
		finalized: false,
		data: records.map((record) => headerData(node, record)),
	});
}

function block(record: BlockRecord, { id, node }: Ask): Answer {
	if (record.signed === null) return notFound(id);
	return ok({
		version: "fulu",
		...meta(node, record),
		data: ssz.fulu.SignedBeaconBlock.toJson(record.signed) as object,
	});
}

function blobs(record: BlockRecord, { node, query }: Ask): Answer {
	const wanted = query.getAll("versioned_hashes").flatMap((list) => list.split(","));
	const data = record.blobs.filter(
		(_, index) => wanted.length === 0 || wanted.includes(record.versionedHashes[index] ?? ""),
	);
	return ok({ ...meta(node, record), data });
}

function finalityCheckpoints(record: BlockRecord, { id, node }: Ask): Answer {
	if (record.state === null) return notFound(`the state of ${id}`);
	const { currentJustifiedCheckpoint, finalizedCheckpoint, previousJustifiedCheckpoint } = record.state;
	const json = (checkpoint: { toValue(): phase0.Checkpoint }) => ssz.phase0.Checkpoint.toJson(checkpoint.toValue());
	return ok({
		...meta(node, record),
		data: {
			previous_justified: json(previousJustifiedCheckpoint),
			current_justified: json(currentJustifiedCheckpoint),
			finalized: json(finalizedCheckpoint),
		},
	});
}

function proposerDuties({ id, node }: Ask): Answer {
	const state = node.forks.headState;
	const ahead = Number(id) - Math.floor(state.slot / SLOTS_PER_EPOCH);
	if (ahead !== 0 && ahead !== 1)
		return { status: 400, json: { code: 400, message: `epoch ${id} is neither the current one nor the next` } };
	const first = Number(id) * SLOTS_PER_EPOCH;
	const proposers = state.proposerLookahead.getAll().slice(ahead * SLOTS_PER_EPOCH, (ahead + 1) * SLOTS_PER_EPOCH);
	// The lookahead of an epoch is settled by the last block two epochs before.
	const dependent = node.forks.lastBefore(first - SLOTS_PER_EPOCH);
	return ok({
		dependent_root: dependent.root,
		execution_optimistic: false,
		data: proposers.map((validator, place) => ({
			pubkey: bytesToHex(state.validators.getReadonly(validator).pubkey),
			validator_index: String(validator),
			slot: String(first + place),
		})),
	});
}

function debugState(record: BlockRecord, { id }: Ask): Answer {
	if (record.state === null) return notFound(`the state of ${id}`);
	return { status: 200, ssz: record.state.serialize(), version: "fulu" };
}
