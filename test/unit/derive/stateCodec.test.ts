import { expect } from "chai";
import fc from "fast-check";
import { describe, it } from "mocha";
import { genesisState } from "../../../src/derive/state.ts";
import { decodeState, type EncodedState, encodeState, stateHash } from "../../../src/derive/stateCodec.ts";
import type { OrderState } from "../../../src/derive/types.ts";
import { hexToBytes } from "../../../src/primitives/bytes.ts";
import { keccakHex } from "../../../src/primitives/hash.ts";
import {
	bundleEnqueued,
	CONFIG,
	deposited,
	enqueued,
	forcedLeg,
	GENESIS_HEAD,
	planned,
	scheduled,
	started,
	tickOf,
	tx,
} from "../../helpers/derive/timeline.ts";
import { anyMutation, codeOf, holds } from "../../helpers/property.ts";

/** A state with something in every field. */
function fullState(): OrderState {
	const timeline = started();
	timeline.next(
		scheduled(1, 50, 20_000_000),
		enqueued(0, 1, 21_000),
		enqueued(0, 3, 30_000, 2),
		deposited(2, 0, 2n ** 60n),
	);
	timeline.next(bundleEnqueued(1, [forcedLeg(1, 5, 1, 2, 3), forcedLeg(2, 6)]), deposited(1, 0), deposited(2, 1));
	timeline.publish([planned(tickOf(102), 100, tx(1, 1)), planned(tickOf(102) + 1, 100), planned(tickOf(102) + 2, 100)]);
	return timeline.state;
}

const decode = ({ bytes, payloads }: EncodedState): OrderState => decodeState(bytes, (hash) => payloads.get(hash));

describe("the state as bytes", () => {
	it("gives back the state, deep equal, and the same hash", () => {
		for (const state of [genesisState(CONFIG, GENESIS_HEAD), started().state, fullState()]) {
			const again = decode(encodeState(state));
			expect(again).to.deep.equal(state);
			expect(stateHash(again)).to.equal(stateHash(state));
		}
	});

	it("derives on as the state itself would", () => {
		const one = started();
		const other = started();
		one.state = fullState();
		other.state = decode(encodeState(fullState()));
		one.idleTo(125);
		other.idleTo(125);
		expect(other.results.slice(1)).to.deep.equal(one.results.slice(1));
		expect(one.results.flatMap((result) => result.ticks).length).to.be.greaterThan(2);
	});

	it("keeps raw transactions apart, once each, by their hash", () => {
		const timeline = started();
		const same = forcedLeg(1, 5, ...new Uint8Array(5_000).fill(7));
		timeline.next(bundleEnqueued(0, [same, same]), bundleEnqueued(1, [same]));
		const { bytes, payloads } = encodeState(timeline.state);
		expect([...payloads]).to.deep.equal([[keccakHex(same.rawTx), same.rawTx]]);
		expect(bytes.length).to.be.below(1_500);
	});

	it("S-7: its hash changes with every field", () => {
		const state = fullState();
		const [first, ...blocks] = state.blocks;
		const changes: Partial<OrderState>[] = [
			{ l1: { ...state.l1, timestamp: state.l1.timestamp + 1 } },
			{ l1: { ...state.l1, hash: GENESIS_HEAD } },
			{ blocks },
			{ blocks: [{ ...(first ?? expect.fail()), prevRandao: GENESIS_HEAD }, ...blocks] },
			{ head: GENESIS_HEAD },
			{ lastTick: state.lastTick + 1 },
			{ lastOrigin: state.lastOrigin + 1 },
			{ rollups: new Map([...state.rollups].slice(1)) },
			{ nextSequence: state.nextSequence + 1 },
			{ forced: new Map([...state.forced].slice(1)) },
			{ deposits: new Map([...state.deposits].slice(1)) },
			{ accumulator: { ...state.accumulator, count: 9 } },
		];
		const hashes = new Set([state, ...changes.map((change) => ({ ...state, ...change }))].map(stateHash));
		expect(hashes.size).to.equal(changes.length + 1);
	});

	it("does not depend on the order in which maps were filled", () => {
		const state = fullState();
		const turned = <K, V>(map: ReadonlyMap<K, V>): Map<K, V> => new Map([...map].reverse());
		const other = {
			...state,
			rollups: turned(state.rollups),
			forced: turned(state.forced),
			deposits: turned(state.deposits),
		};
		expect(stateHash(other)).to.equal(stateHash(state));
	});

	it("says state-corrupt when bytes or payloads are not what was stored", () => {
		const { bytes, payloads } = encodeState(fullState());
		expect(codeOf(() => decodeState(bytes, () => undefined))).to.equal("state-corrupt");
		expect(codeOf(() => decodeState(bytes, () => Uint8Array.of(1, 2)))).to.equal("state-corrupt");
		for (const broken of ["0x", "0xc0", "0x80", "0xc2c0c0"]) {
			expect(
				codeOf(() => decodeState(hexToBytes(broken), () => undefined)),
				broken,
			).to.equal("state-corrupt");
		}
		holds(1_000, fc.tuple(anyMutation), ([mutate]) => {
			const changed = mutate(bytes);
			const code = codeOf(() => decodeState(changed, (hash) => payloads.get(hash)));
			// A changed number or hash is another state; anything else is none.
			expect(code).to.be.oneOf(["nothing", "state-corrupt"]);
		});
	});
});
