/** Writes RLP, right or wrong on purpose. */
import type { Random } from "./random.ts";

export type Tree = Buffer | Tree[];

const RLP_FLAWS = [
	"long-form",
	"zero-in-length",
	"wrapped-byte",
	"leading-zero",
	"list-as-string",
	"string-as-list",
	"length-plus-one",
	"length-minus-one",
] as const;

export type RlpFlaw = (typeof RLP_FLAWS)[number];

const bigEndian = (value: number): Buffer => {
	const hex = value.toString(16);
	return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
};

export const integer = (value: number): Buffer => (value === 0 ? Buffer.alloc(0) : bigEndian(value));

function prefix(list: boolean, length: number, flaw: RlpFlaw | undefined): Buffer {
	const base = list ? 0xc0 : 0x80;
	const longForm = length > 55 || flaw === "long-form" || flaw === "zero-in-length";
	if (!longForm) return Buffer.from([base + length]);
	const spelled = bigEndian(length);
	const lengthBytes = flaw === "zero-in-length" ? Buffer.concat([Buffer.alloc(1), spelled]) : spelled;
	return Buffer.concat([Buffer.from([base + 55 + lengthBytes.length]), lengthBytes]);
}

interface Plan {
	readonly flaw: RlpFlaw;
	/** Nodes to pass, in depth-first order, before the one that gets the flaw. */
	left: number;
}

function write(tree: Tree, plan: Plan | null): Buffer {
	const flaw = plan !== null && plan.left-- === 0 ? plan.flaw : undefined;
	if (!Buffer.isBuffer(tree)) {
		const payload = Buffer.concat(tree.map((child) => write(child, plan)));
		return Buffer.concat([prefix(flaw !== "list-as-string", payload.length + shift(flaw), flaw), payload]);
	}
	const payload = flaw === "leading-zero" ? Buffer.concat([Buffer.alloc(1), tree]) : tree;
	if (payload.length === 1 && payload.readUInt8(0) < 0x80 && flaw === undefined) return payload;
	return Buffer.concat([prefix(flaw === "string-as-list", payload.length + shift(flaw), flaw), payload]);
}

function shift(flaw: RlpFlaw | undefined): number {
	if (flaw === "length-plus-one") return 1;
	return flaw === "length-minus-one" ? -1 : 0;
}

const size = (tree: Tree): number => (Buffer.isBuffer(tree) ? 1 : tree.reduce((sum, child) => sum + size(child), 1));

export const writeRlp = (tree: Tree): Buffer => write(tree, null);

/** The tree with one node written wrongly (now and then a flaw that does not apply to its node changes nothing). */
export function writeFlawedRlp(random: Random, tree: Tree): Buffer {
	try {
		return write(tree, { flaw: random.pick(RLP_FLAWS), left: random.below(size(tree)) });
	} catch {
		// An empty node cannot be a byte shorter.
		return Buffer.concat([writeRlp(tree), Buffer.alloc(1)]);
	}
}
