/** Properties over random input: seeded by the clock unless MERIDIAN_SEED is set, and every failure names its seed. */
import fc from "fast-check";
import { isMeridianError } from "../../src/primitives/errors.ts";

const seed = Number(process.env.MERIDIAN_SEED ?? Date.now() % 2 ** 31);

/** Holds a property to that many random inputs. A failure prints the smallest input found and how to run it again. */
export function holds<T>(runs: number, arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void): void {
	fc.assert(fc.property(arbitrary, predicate), {
		seed,
		numRuns: runs,
		reporter: (details) => {
			if (!details.failed) return;
			throw Error(`MERIDIAN_SEED=${seed}: ${fc.defaultReportMessage(details)}`);
		},
	});
}

/** Bytes, mostly short. */
export const anyBytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

/** Changes to make in bytes: set a byte, drop or repeat a stretch. */
export const anyMutation: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc
	.array(fc.tuple(fc.nat(2 ** 20), fc.nat(255), fc.constantFrom("set", "drop", "repeat")), {
		minLength: 1,
		maxLength: 3,
	})
	.map((changes) => (bytes) => changes.reduce(mutate, bytes));

function mutate(bytes: Uint8Array, [place, value, how]: [number, number, "set" | "drop" | "repeat"]): Uint8Array {
	const at = bytes.length === 0 ? 0 : place % bytes.length;
	const end = Math.min(bytes.length, at + 1 + (value % 8));
	if (how === "set") return bytes.map((byte, index) => (index === at ? value : byte));
	const kept =
		how === "drop" ? [bytes.subarray(0, at), bytes.subarray(end)] : [bytes.subarray(0, end), bytes.subarray(at)];
	return Uint8Array.from(Buffer.concat(kept));
}

/** The code of the error that a call throws; "nothing" if it throws none. Other errors pass through. */
export function codeOf(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		if (isMeridianError(error)) return error.code;
		throw error;
	}
	return "nothing";
}
