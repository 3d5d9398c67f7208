/** What people send, read from JSON: `{"rollupId": 1, "rawTx": "0x…"}`, or `{"legs": [those]}`. Never throws: a text says what is wrong. */
import { hexToBytes, isHex } from "../../primitives/bytes.ts";
import { MAX_LEGS, MAX_TX_BYTES } from "../../primitives/limits.ts";
import type { Item, Leg } from "../../primitives/types.ts";

/** One transaction, as a list of one. */
export function readLeg(text: string): readonly Leg[] | string {
	const value = objectOf(text);
	if (typeof value === "string") return value;
	const leg = legOf(value, "");
	return typeof leg === "string" ? leg : [leg];
}

/** The legs of a bundle. */
export function readLegs(text: string): readonly Leg[] | string {
	const value = objectOf(text);
	if (typeof value === "string") return value;
	if (!hasOnly(value, ["legs"]) || !Array.isArray(value.legs))
		return 'Send {"legs": [{"rollupId": n, "rawTx": "0x..."}, ...]}';
	if (value.legs.length === 0 || value.legs.length > MAX_LEGS)
		return `A bundle has 1 to ${MAX_LEGS} legs, not ${value.legs.length}`;
	const legs: Leg[] = [];
	for (const [place, one] of value.legs.entries()) {
		const leg = isObject(one) ? legOf(one, `legs[${place}]: `) : `legs[${place}] is no object`;
		if (typeof leg === "string") return leg;
		legs.push(leg);
	}
	return legs;
}

/** Either of the two, as an item. */
export function readItem(text: string): Item | string {
	const value = objectOf(text);
	if (typeof value === "string") return value;
	const bundle = Object.hasOwn(value, "legs");
	const legs = bundle ? readLegs(text) : readLeg(text);
	if (typeof legs === "string") return legs;
	const [leg] = legs;
	return bundle || leg === undefined ? { kind: "bundle", legs } : { kind: "tx", leg };
}

function objectOf(text: string): Record<string, unknown> | string {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : "The JSON is no object";
	} catch {
		return "The text is no JSON";
	}
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

const hasOnly = (value: Record<string, unknown>, names: readonly string[]): boolean =>
	Object.keys(value).every((name) => names.includes(name)) && names.every((name) => Object.hasOwn(value, name));

function legOf(value: Record<string, unknown>, where: string): Leg | string {
	if (!hasOnly(value, ["rollupId", "rawTx"])) return `${where}Send {"rollupId": n, "rawTx": "0x..."} and nothing else`;
	const { rawTx, rollupId } = value;
	if (typeof rollupId !== "number" || !Number.isInteger(rollupId) || rollupId < 1 || rollupId >= 2 ** 32)
		return `${where}rollupId is a whole number from 1 on`;
	if (!isHex(rawTx) || rawTx.length > 2 + 2 * MAX_TX_BYTES)
		return `${where}rawTx is 0x-hex of at most ${MAX_TX_BYTES} bytes`;
	return { rollupId, rawTx: hexToBytes(rawTx) };
}
