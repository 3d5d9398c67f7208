/** The prover between an L1 and a beacon node that may lie, and what a validator's key signs. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { beaconApi } from "../../../src/l1/beacon/api.ts";
import { bindingRoot, publicKeyOf, signBinding } from "../../../src/l1/beacon/binding.ts";
import { timeToProve } from "../../../src/l1/beacon/epochs.ts";
import { LOOKAHEAD_ORACLE } from "../../../src/l1/beacon/oracle.ts";
import { openProver } from "../../../src/l1/beacon/prover.ts";
import { stateTree } from "../../../src/l1/beacon/tree.ts";
import type { BeaconHeader } from "../../../src/l1/beacon/types.ts";
import type { RpcTransport } from "../../../src/l1/rpc.ts";
import { bytesToHex, hexToBytes, uintToBytes } from "../../../src/primitives/bytes.ts";
import { MeridianError } from "../../../src/primitives/errors.ts";
import type { Address, Hash32 } from "../../../src/primitives/types.ts";
import { FULU_LAYOUT, headerOf, rootOf, syntheticState } from "../../helpers/l1/beaconState.ts";
import { codeOf, errorOf } from "../../helpers/l1/errors.ts";

const ORACLE: Address = `0x${"0a".repeat(20)}`;
const CLOCK = { genesisTime: 1_000, slotSeconds: 12, slotsPerEpoch: 32 };
const { bytes, proposers, slot } = syntheticState(300);
const header = headerOf(slot, stateTree(bytes, "fulu").root);
const littleEndian = (value: number): Hash32 => bytesToHex(uintToBytes(value, 32).reverse());
const ZERO: Hash32 = littleEndian(0);
const headerRoot = ({ bodyRoot, parentRoot, proposerIndex, slot, stateRoot }: BeaconHeader): Hash32 =>
	rootOf([littleEndian(slot), littleEndian(proposerIndex), parentRoot, stateRoot, bodyRoot, ZERO, ZERO, ZERO]);
const ROOT = headerRoot(header);

/** An L1 that knows one beacon root, and an oracle with Fulu's layout. */
function l1(answers: { readonly root?: Hash32 | null; readonly layout?: typeof FULU_LAYOUT } = {}): RpcTransport {
	const { layout = FULU_LAYOUT, root = ROOT } = answers;
	return {
		label: "test L1",
		async request(_method, [call]) {
			const { to } = call as { to: string };
			if (to === ORACLE) return LOOKAHEAD_ORACLE.encodeFunctionResult("layoutAt", [layout]);
			if (root !== null) return root;
			throw new MeridianError("retry", "rpc-error", "execution reverted");
		},
	};
}

type Route = (response: ServerResponse) => void;
const json =
	(value: unknown): Route =>
	(response) =>
		response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
const ssz =
	(body: Uint8Array, fork = "fulu"): Route =>
	(response) =>
		response.writeHead(200, { "content-type": "application/octet-stream", "eth-consensus-version": fork }).end(body);
const headerJson = (of: BeaconHeader): Route =>
	json({
		data: {
			header: {
				message: {
					slot: String(of.slot),
					proposer_index: String(of.proposerIndex),
					parent_root: of.parentRoot,
					state_root: of.stateRoot,
					body_root: of.bodyRoot,
				},
			},
		},
	});
const missing: Route = (response) => response.writeHead(404).end("{}");

describe("l1/beacon prover", () => {
	const routes: { header: Route; state: Route } = { header: missing, state: missing };
	let url = "";
	const server = createServer((request, response) => {
		const [kind] = Object.keys(routes).filter((name) => request.url?.includes(`/${name}s/`));
		routes[kind as keyof typeof routes](response);
	});

	before(async () => {
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	after(() => {
		server.close();
		server.closeAllConnections();
	});

	const open = (rpc: RpcTransport, limits: { maxBytes?: number } = {}, validators: readonly number[] = []) =>
		openProver({
			rpc,
			beacon: beaconApi(url, { backoffMs: 1, ...limits }),
			oracle: ORACLE,
			clock: CLOCK,
			timestamp: 5,
			validators,
		});
	const answering = (header: Route, state: Route): void => void Object.assign(routes, { header, state });

	it("proves from a state that is L1's", async () => {
		answering(headerJson(header), ssz(bytes));
		const prover = await open(l1());
		expect(prover.state.header).to.deep.equal(header);
		expect(prover.state.timestamp).to.equal(5);
		expect(prover.lookahead(0).proposers).to.deep.equal(proposers.slice(0, 32));
	});

	it("believes no beacon node (traps 22, 23, 24)", async () => {
		const changed = bytes.slice();
		changed[100] = (changed[100] ?? 0) ^ 1;
		const [good, state] = [headerJson(header), ssz(bytes)];
		const cases: readonly (readonly [what: string, header: Route, state: Route, code: string])[] = [
			["a header it does not have", missing, state, "retry beacon-header"],
			["a header of another slot", headerJson({ ...header, slot: slot + 1 }), state, "retry beacon-header"],
			["no header", json({ data: {} }), state, "retry beacon-header"],
			["a state it does not have", good, missing, "retry beacon-state"],
			["a state in JSON", good, json({ data: {} }), "retry beacon-state"],
			["a state with one bit changed", good, ssz(changed), "retry beacon-state"],
			["half a state", good, ssz(bytes.subarray(0, bytes.length / 2)), "halt bad-state"],
			["nothing", good, ssz(new Uint8Array(0)), "halt bad-state"],
			["a state of another fork", good, ssz(bytes, "gloas"), "halt unknown-fork"],
		];
		for (const [what, header, state, code] of cases) {
			answering(header, state);
			expect(await codeOf(open(l1())), what).to.equal(code);
		}
	});

	it("reads no more than it may", async () => {
		answering(headerJson(header), ssz(bytes));
		expect(await codeOf(open(l1(), { maxBytes: bytes.length - 1 }))).to.equal("retry too-large");
	});

	it("stops where L1 or the oracle does not know (R-1, R-2)", async () => {
		answering(headerJson(header), ssz(bytes));
		expect(await codeOf(open(l1({ root: null })))).to.equal("retry no-beacon-root");
		expect(await codeOf(open(l1({ root: ZERO })))).to.equal("retry no-beacon-root");
		expect(await codeOf(open(l1({ layout: { ...FULU_LAYOUT, lookahead: 0n } })))).to.equal("halt unknown-layout");
		const later = { ...FULU_LAYOUT, version: "0x07000000" } as const;
		expect(await codeOf(open(l1({ layout: later })))).to.equal("halt layout-mismatch");
		expect(await codeOf(open(l1(), {}, [300]))).to.equal("usage no-validator");
	});

	it("finds the newest L1 block before the end of an epoch, and none ahead of L1", async () => {
		// A block every other slot, up to slot 200: epoch 6.
		const timeOf = (number: number): number => CLOCK.genesisTime + 24 * number;
		const rpc: RpcTransport = {
			label: "test L1",
			async request(_method, [tag]) {
				const number = tag === "latest" ? 100 : Number(tag);
				const [hex, hash] = [`0x${number.toString(16)}`, `0x${number.toString(16).padStart(64, "0")}`];
				return { number: hex, hash, parentHash: hash, timestamp: `0x${timeOf(number).toString(16)}` };
			},
		};
		for (const [epoch, block] of [
			[0, 15],
			[1, 31],
			[5, 95],
			[6, 100],
			[7, 100],
		] as const)
			expect(await timeToProve(rpc, CLOCK, epoch), `epoch ${epoch}`).to.equal(timeOf(block));
		expect(await codeOf(timeToProve(rpc, CLOCK, 8))).to.equal("usage epoch-ahead");
	});
});

describe("l1/beacon binding (R-10)", () => {
	const registry: Address = `0x${"11".repeat(20)}`;
	const delegate: Address = `0x${"22".repeat(20)}`;
	const binding = { chainId: 1, registry, validatorIndex: 2 ** 33 + 5, delegate, nonce: 3 };
	const context = { signingId: `0x${"33".repeat(32)}`, domain: `0x6d6d6f43${"44".repeat(28)}` } as const;
	const padded = (address: Address): Hash32 => `${address}${"00".repeat(12)}`;
	const secret = uintToBytes(12_345, 32);

	it("hashes the binding as the specification writes it", () => {
		const [chainId, index, nonce] = [1, binding.validatorIndex, 3].map(littleEndian) as [Hash32, Hash32, Hash32];
		const inner = rootOf([chainId, padded(registry), index, padded(delegate), nonce, ZERO, ZERO, ZERO]);
		const commitment = rootOf([inner, context.signingId, nonce, chainId]);
		expect(bindingRoot(binding, context)).to.equal(rootOf([commitment, context.domain]));
	});

	it("signs for the beacon chain's own scheme, uncompressed as EIP-2537 wants it", () => {
		const root = bindingRoot(binding, context);
		const { publicKey, signature } = signBinding(root, secret);
		expect([publicKey.length, signature.length]).to.deep.equal([2 + 256, 2 + 512]);
		const { G1, G2, longSignatures } = bls12_381;
		const coordinate = (hex: string, place: number): bigint =>
			BigInt(`0x${hex.slice(2 + 128 * place, 130 + 128 * place)}`);
		const key = G1.Point.fromAffine({ x: coordinate(publicKey, 0), y: coordinate(publicKey, 1) });
		expect(bytesToHex(key.toBytes(true))).to.equal(publicKeyOf(secret));
		const [x, y] = [0, 2].map((place) => ({ c0: coordinate(signature, place), c1: coordinate(signature, place + 1) }));
		const point = G2.Point.fromAffine({ x: x as never, y: y as never });
		const message = longSignatures.hash(hexToBytes(root), "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_");
		expect(longSignatures.verify(point, message, key)).to.equal(true);
	});

	it("signs nothing for another domain: not a block, a vote or an exit (trap 28)", async () => {
		for (const type of ["00000000", "01000000", "04000000", "6d6d6f44"])
			expect(await codeOf(() => bindingRoot(binding, { ...context, domain: `0x${type}${"44".repeat(28)}` }))).to.equal(
				"halt wrong-domain",
			);
	});

	it("refuses keys that are none, and names them in no message", async () => {
		for (const bad of [new Uint8Array(32), new Uint8Array(32).fill(0xfe), new Uint8Array(31).fill(7)]) {
			for (const use of [() => publicKeyOf(bad), () => signBinding(ZERO, bad)]) {
				const error = await errorOf(use);
				expect(error.code).to.equal("bad-key");
				expect(error.message).to.not.match(/[0-9a-f]{8}/);
			}
		}
	});
});
