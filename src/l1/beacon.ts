/**
 * Blobs from a beacon node: `GET /eth/v1/beacon/blobs/{block_id}`.
 *
 * The block id is the slot, from the L1 block's timestamp and the chain's own genesis time and slot length: L1 puts a block's slot into
 * its timestamp, so the slot is exact. Should the beacon node be on another fork than the L1 node, it gives other blobs, which do not
 * check, and is asked again later. anvil has no slots (no `/eth/v1/config/spec`) and takes the L1 block's hash instead.
 */
import { hexToBytes, isHex } from "../primitives/bytes.ts";
import { MeridianError } from "../primitives/errors.ts";
import { BLOB_BYTES } from "../primitives/limits.ts";
import type { BlobCandidate, BlobRequest, BlobSource } from "./blobs.ts";
import { type HttpAnswer, HttpEndpoint, type HttpLimits } from "./http.ts";
import { arrayOf, type JsonObject, objectOf } from "./json.ts";

/** Slots of the chain in seconds, or null if the server does not know slots. */
type Clock = { readonly genesis: number; readonly slotSeconds: number } | null;

/** Throws `usage` if the address is not an http(s) URL. */
export function beaconSource(url: string, limits: Partial<HttpLimits> = {}): BlobSource {
	const endpoint = new HttpEndpoint("beacon API", url, limits);
	let clock: Clock | undefined;
	return {
		label: endpoint.label,
		async candidates(request) {
			if (clock === undefined) clock = await readClock(endpoint);
			const path = `/eth/v1/beacon/blobs/${blockId(clock, request)}`;
			const all = await readBlobs(endpoint, path, request.versionedHashes);
			if (all.length >= request.versionedHashes.length) return all;
			// Servers differ in how they take a list of hashes; one alone is understood by all.
			const single = request.versionedHashes.map((hash) => readBlobs(endpoint, path, [hash]));
			return (await Promise.all(single)).flat();
		},
	};
}

function blockId(clock: Clock, request: BlobRequest): string {
	if (clock === null) return request.blockHash;
	return String(Math.floor((request.timestamp - clock.genesis) / clock.slotSeconds));
}

async function readClock(endpoint: HttpEndpoint): Promise<Clock> {
	const read = (path: string) => endpoint.get(path, [], (answer) => dataOf(endpoint, path, answer));
	const spec = await read("/eth/v1/config/spec");
	if (spec === null) return null;
	const seconds =
		spec.SECONDS_PER_SLOT === undefined ? Number(spec.SLOT_DURATION_MS) / 1000 : Number(spec.SECONDS_PER_SLOT);
	const genesis = Number((await read("/eth/v1/beacon/genesis"))?.genesis_time ?? Number.NaN);
	if (!(seconds > 0) || !Number.isSafeInteger(genesis))
		throw wrong(`${endpoint.label} does not say when its chain began and how long a slot is`);
	return { genesis, slotSeconds: seconds };
}

async function readBlobs(endpoint: HttpEndpoint, path: string, hashes: readonly string[]): Promise<BlobCandidate[]> {
	const query = hashes.map((hash) => ["versioned_hashes", hash] as const);
	return await endpoint.get(path, query, (answer) => {
		const data = answer.status === 404 ? [] : parse(endpoint, path, answer).data;
		return arrayOf(data, `The list of blobs of ${endpoint.label}`).map((blob) => {
			if (!isHex(blob)) throw wrong(`${endpoint.label} gives something that is not hex for a blob`);
			// What is longer than a blob is not worth its memory; one byte too many is enough to fail.
			return { blob: hexToBytes(blob.slice(0, 2 + 2 * (BLOB_BYTES + 1))) };
		});
	});
}

/** The `data` of an answer, or null if the server does not have such a thing. */
function dataOf(endpoint: HttpEndpoint, path: string, answer: HttpAnswer): JsonObject | null {
	if (answer.status === 404 || answer.status === 405) return null;
	return objectOf(parse(endpoint, path, answer).data, `The data of ${path}`);
}

function parse(endpoint: HttpEndpoint, path: string, answer: HttpAnswer): JsonObject {
	if (answer.status !== 200) throw wrong(`${endpoint.label} answers ${path} with HTTP ${answer.status}`);
	let json: unknown;
	try {
		json = JSON.parse(answer.body);
	} catch {
		throw wrong(`${endpoint.label} answers ${path} with broken JSON`);
	}
	return objectOf(json, `The answer of ${endpoint.label}`);
}

const wrong = (what: string): MeridianError => new MeridianError("retry", "malformed", what, { again: true });
