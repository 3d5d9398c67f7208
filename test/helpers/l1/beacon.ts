import { bytesToHex } from "../../../src/primitives/bytes.ts";
import { type Reply, serve, type TestServer } from "./server.ts";
import { GENESIS_TIME, type SyntheticL1 } from "./syntheticL1.ts";

/**
 * A beacon node of a synthetic L1: block ids are slots, blobs come in the order of the block and not of the question.
 * @param spoil decides each answer about blobs, given the true list
 */
export function serveBeacon(
	l1: SyntheticL1,
	spoil: (blobs: string[], hashes: readonly string[]) => string[] | Reply = (blobs) => blobs,
): Promise<TestServer> {
	const data = (value: unknown): Reply => ({ kind: "json", json: { data: value } });
	return serve((path) => {
		const url = new URL(path, "http://beacon");
		if (url.pathname === "/eth/v1/config/spec")
			return data({ SECONDS_PER_SLOT: String(l1.slotSeconds), CONFIG_NAME: "test" });
		if (url.pathname === "/eth/v1/beacon/genesis") return data({ genesis_time: String(GENESIS_TIME) });
		const slot = /^\/eth\/v1\/beacon\/blobs\/(\d+)$/.exec(url.pathname)?.[1];
		if (slot === undefined || l1.blocks[Number(slot)] === undefined)
			return { kind: "raw", status: 404, body: '{"code":404}' };
		const hashes = url.searchParams.getAll("versioned_hashes");
		const blobs = [...l1.blobs].filter(([hash]) => hashes.includes(hash)).map(([, blob]) => bytesToHex(blob));
		const answer = spoil(blobs, hashes);
		return Array.isArray(answer) ? data(answer) : answer;
	});
}
