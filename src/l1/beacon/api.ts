/** What proofs need from a beacon node: a block's header by its root, and a whole state. Nothing here believes an answer but by its hash. */
import { ssz } from "@lodestar/types";
import { bytesToHex } from "../../primitives/bytes.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hash32 } from "../../primitives/types.ts";
import { HttpEndpoint, type HttpLimits } from "../http.ts";
import { objectOf } from "../json.ts";
import type { BeaconHeader } from "./types.ts";

export interface BeaconState {
	/** SSZ. */
	readonly bytes: Uint8Array;
	/** Name of its fork. */
	readonly fork: string;
}

export interface BeaconApi {
	/** How messages name the node; holds no key. */
	readonly label: string;
	/** The header whose root that is, checked. Throws `retry` (`beacon-header`) if the node does not have it or lies about it. */
	header(root: Hash32): Promise<BeaconHeader>;
	/** The canonical state after the block of the slot, unchecked. Throws `retry` (`beacon-state`), and `too-large`. */
	state(slot: number): Promise<BeaconState>;
}

/** States of two million validators are a third of this. */
const STATE_LIMITS: Partial<HttpLimits> = { timeoutMs: 600_000, maxBytes: 2 ** 30, attempts: 2 };

/**
 * @param limits of the answer with a state
 * Throws `usage` if the address is not an http(s) URL.
 */
export function beaconApi(url: string, limits: Partial<HttpLimits> = {}): BeaconApi {
	const endpoint = new HttpEndpoint("beacon API", url);
	const states = new HttpEndpoint("beacon API", url, { ...STATE_LIMITS, ...limits });
	return {
		label: endpoint.label,
		header: async (root) =>
			await endpoint.get(`/eth/v1/beacon/headers/${root}`, [], ({ body, status }) => {
				if (status !== 200)
					throw refused("beacon-header", `${endpoint.label} does not have the block ${root} (HTTP ${status})`);
				return readHeader(endpoint.label, root, body);
			}),
		state: async (slot) =>
			await states.getBytes(
				`/eth/v2/debug/beacon/states/${slot}`,
				"application/octet-stream",
				({ bytes, headers, status }) => {
					const fork = headers.get("eth-consensus-version");
					if (status === 200 && fork !== null && headers.get("content-type")?.startsWith("application/octet-stream"))
						return { bytes, fork: fork.toLowerCase() };
					throw refused(
						"beacon-state",
						`${states.label} does not give the state of slot ${slot} as SSZ (HTTP ${status})`,
					);
				},
			),
	};
}

const refused = (code: string, what: string): MeridianError =>
	new MeridianError("retry", code, what, {
		hint: "it must be the L1 node's own beacon node, with debug routes and states that old",
	});

function readHeader(label: string, root: Hash32, body: string): BeaconHeader {
	const wrong = (what: string): MeridianError =>
		refused("beacon-header", `${label} answers for the block ${root} with ${what}`);
	let header: ReturnType<typeof ssz.phase0.BeaconBlockHeader.fromJson>;
	try {
		const data = objectOf(objectOf(JSON.parse(body), "The answer").data, "The data");
		header = ssz.phase0.BeaconBlockHeader.fromJson(objectOf(data.header, "The header").message);
	} catch {
		throw wrong("no header");
	}
	if (bytesToHex(ssz.phase0.BeaconBlockHeader.hashTreeRoot(header)) !== root) throw wrong("another block's header");
	const { bodyRoot, parentRoot, proposerIndex, slot, stateRoot } = header;
	return {
		slot,
		proposerIndex,
		parentRoot: bytesToHex(parentRoot),
		stateRoot: bytesToHex(stateRoot),
		bodyRoot: bytesToHex(bodyRoot),
	};
}
