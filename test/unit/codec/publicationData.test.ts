import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { decodeManifest, encodeManifest, type ManifestTick } from "../../../src/codec/manifest.ts";
import { decodePublicationData, encodePublicationData, unwrapManifest } from "../../../src/codec/publicationData.ts";
import { MAX_ITEMS, MAX_RATIO, MAX_TICKS, MAX_TX_BYTES } from "../../../src/primitives/limits.ts";
import type { Item, Leg } from "../../../src/primitives/types.ts";
import { anyBytes, anyMutation, holds } from "../../helpers/property.ts";

const leg: fc.Arbitrary<Leg> = fc.record({ rollupId: fc.nat(2 ** 32 - 1), rawTx: anyBytes(120) });
const item: fc.Arbitrary<Item> = fc.oneof(
	leg.map((one): Item => ({ kind: "tx", leg: one })),
	fc.array(leg, { minLength: 1, maxLength: 4 }).map((legs): Item => ({ kind: "bundle", legs })),
);

/** Ticks that a publication may hold. */
const ticks: fc.Arbitrary<ManifestTick[]> = fc
	.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(3), fc.array(item, { maxLength: 4 })), {
		minLength: 1,
		maxLength: 8,
	})
	.map((steps) => {
		let [tick, l1Origin] = [600, 200];
		return steps.map(([delta, rise, items]) => {
			tick += delta;
			l1Origin += rise;
			return { tick, l1Origin, items };
		});
	});

const frameOf = (list: readonly ManifestTick[]) => ({
	codec: 1,
	firstTick: list[0]?.tick ?? 0,
	lastTick: list.at(-1)?.tick ?? 0,
	l1Origin: list.at(-1)?.l1Origin ?? 0,
});

describe("publication data", () => {
	it("M-1 to M-5: gives back the ticks that were put in, at every quality", () => {
		holds(150, fc.tuple(ticks, fc.nat(11)), ([list, quality]) => {
			const decoded = decodePublicationData(encodePublicationData(list, quality), frameOf(list));
			expect(decoded).to.deep.equal({ ok: true, value: list });
		});
	});

	it("M-3: a manifest has one spelling: what decodes encodes to itself", () => {
		holds(3_000, fc.tuple(ticks, anyMutation), ([list, mutate]) => {
			const manifest = mutate(encodeManifest(list));
			const decoded = decodeManifest(manifest, frameOf(list));
			if (decoded.ok) expect(Buffer.compare(encodeManifest(decoded.value), manifest)).to.equal(0);
		});
	});

	it("M-3, trap 9: any bytes and any header give a verdict", () => {
		const frame = fc.record({ codec: fc.nat(15), firstTick: fc.nat(), lastTick: fc.nat(), l1Origin: fc.nat() });
		holds(1_500, fc.tuple(anyBytes(200), frame), ([bytes, any]) => {
			expect(decodeManifest(bytes, any)).to.have.property("ok");
			expect(decodePublicationData(bytes, any)).to.have.property("ok");
		});
	});

	it("M-2, trap 9: damaged data gives a verdict, and the right ticks or none", () => {
		holds(1_500, fc.tuple(ticks, anyMutation), ([list, mutate]) => {
			const data = encodePublicationData(list);
			const verdict = decodePublicationData(mutate(data), frameOf(list));
			expect(verdict).to.have.property("ok");
		});
	});

	it("M-2: no two lengths of a stream give the same manifest", () => {
		const [list] = fc.sample(ticks, { seed: 1, numRuns: 1 });
		const data = encodePublicationData(list ?? []);
		for (let length = 0; length < data.length; length++) {
			expect(unwrapManifest(data.subarray(0, length), 1).ok, `${length} bytes`).to.equal(false);
		}
		expect(unwrapManifest(Buffer.concat([data, Buffer.alloc(1)]), 1).ok).to.equal(false);
	});

	it("M-2: an honest encoder stays within the ratio, however repetitive its ticks are", () => {
		const zeros = new Uint8Array(MAX_TX_BYTES);
		const monotone: ManifestTick[][] = [
			Array.from({ length: MAX_TICKS }, (_, index) => ({ tick: 1 + index, l1Origin: 5, items: [] })),
			[{ tick: 1, l1Origin: 5, items: [{ kind: "tx", leg: { rollupId: 1, rawTx: zeros } }] }],
			[
				{
					tick: 1,
					l1Origin: 5,
					items: Array.from({ length: 100 }, (): Item => ({ kind: "tx", leg: { rollupId: 1, rawTx: zeros } })),
				},
			],
			...[63, 64, 65, 256, 257, 258].map((bytes): ManifestTick[] => [
				{
					tick: 1,
					l1Origin: 5,
					items: [{ kind: "tx", leg: { rollupId: 1, rawTx: new Uint8Array(bytes * MAX_RATIO) } }],
				},
			]),
		];
		for (const list of monotone) {
			const decoded = decodePublicationData(encodePublicationData(list), frameOf(list));
			expect(decoded.ok && decoded.value.length).to.equal(list.length);
		}
	});

	it("M-3: an encoder can reach the cap on transactions in one tick", () => {
		const items = Array.from(
			{ length: MAX_ITEMS },
			(_, index): Item => ({ kind: "tx", leg: { rollupId: index, rawTx: Uint8Array.of(index & 0xff) } }),
		);
		const list = [{ tick: 1, l1Origin: 5, items }];
		const decoded = decodeManifest(encodeManifest(list), frameOf(list));
		expect(decoded.ok && decoded.value[0]?.items.length).to.equal(MAX_ITEMS);
	});

	it("trap 5: bombs are refused without room for what they would give", () => {
		const script = fileURLToPath(new URL("../../helpers/derive/bombs.ts", import.meta.url));
		const reports: { name: string; reason: string; grownBytes: number }[] = JSON.parse(
			execFileSync(process.execPath, ["--no-warnings", script], { encoding: "utf8" }),
		);
		expect(reports.map(({ name, reason }) => `${name}: ${reason}`)).to.deep.equal([
			"1 GiB said to be 1,000 bytes: compression",
			"1 GiB said to be 16 MiB: compression",
			"a list of 16 MiB of empty lists: manifest-encoding",
			"5.5 million empty legs: manifest-cap",
		]);
		for (const { grownBytes, name } of reports) expect(grownBytes, name).to.be.below(100e6);
	});
});
