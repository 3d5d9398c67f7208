/** What the cases of bundles are made of: three rich accounts, small contracts, calls of the Mailbox. */
import { RLP } from "@ethereumjs/rlp";
import { encodeManifest } from "../../src/codec/manifest.ts";
import type { ForcedLeg } from "../../src/derive/types.ts";
import { MAILBOX_ADDRESS } from "../../src/execute/predeploys.ts";
import { bytesToHex, hexToBytes } from "../../src/primitives/bytes.ts";
import type { Hash32, Hex, Item, Leg, RollupId, Tick } from "../../src/primitives/types.ts";
import { signTx, type TestAccount, type TxRequest } from "../../test/helpers/execute/accounts.ts";
import { alice, bob, carol } from "../../test/helpers/execute/chain.ts";
import { CONTRACTS, COUNTER } from "../../test/helpers/execute/cluster.ts";
import {
	mailboxCall,
	messageId,
	requestHash,
	sessionOf,
	type TestAnswer,
	type TestMessage,
	type TestRequest,
	tag,
	tagged,
} from "../../test/helpers/execute/mailbox.ts";
import {
	COINBASE,
	encodeAllocation,
	type RegistrationOptions,
	registration,
	rich,
	forced as selected,
	TIMELINE,
	tickOf,
} from "../../test/helpers/execute/ticks.ts";
import type { BundleCase } from "./bundleJson.ts";
import type { Packed } from "./format.ts";

const ALLOCATION = encodeAllocation([...rich([alice, bob, carol].map(({ address }) => address)), ...CONTRACTS]);
const MAILBOX_GAS = 1_500_000;

const chainIdOf = (rollupId: RollupId): number => 7_000 + rollupId;

/** A leg that calls the counter; the account's first transaction. What `changes` says goes before that. */
export function leg(rollupId: RollupId, from: TestAccount, changes: Partial<TxRequest> = {}): Leg {
	const request = { chainId: chainIdOf(rollupId), nonce: 0, to: COUNTER, gas: 200_000, ...changes };
	return { rollupId, rawTx: signTx(from, request) };
}

export const emptyLeg = (rollupId: RollupId): Leg => ({ rollupId, rawTx: new Uint8Array(0) });

/** A tick of a case: its items, or its manifest's bytes; and what was forced. */
export interface TickDraft {
	/** As a rule its place in the case, from 1. */
	readonly tick?: Tick;
	readonly items?: readonly Item[];
	readonly manifest?: Packed;
	readonly forced?: readonly { readonly legs: readonly ForcedLeg[]; readonly overCap?: boolean }[];
}

export interface CaseDraft {
	readonly name: string;
	/** Of docs/spec, those of bundles.md first. */
	readonly rules: readonly string[];
	readonly rollups: readonly (RegistrationOptions & { readonly retirementTick?: Tick })[];
	readonly messages?: readonly { readonly l1Block: number; readonly to: RollupId; readonly message: TestMessage }[];
	readonly ticks: readonly TickDraft[];
}

export const TWO: CaseDraft["rollups"] = [{ rollupId: 1 }, { rollupId: 2 }];
export const THREE: CaseDraft["rollups"] = [...TWO, { rollupId: 3 }];
/** Rollups 1 and 2 in cluster 1, 3 in cluster 2. */
export const CLUSTERS: CaseDraft["rollups"] = [...TWO, { rollupId: 3, cluster: 2 }];

export function caseOf({ messages = [], rollups, ticks }: CaseDraft): BundleCase {
	return {
		config: TIMELINE,
		allocation: ALLOCATION,
		rollups: rollups.map(({ retirementTick = null, ...options }) => ({
			registration: registration({ allocation: ALLOCATION, ...options }),
			retirementTick,
		})),
		messages: messages.map(({ l1Block, message, to }) => ({ l1Block, log: l1Message(to, message) })),
		ticks: ticks.map(({ forced = [], items = [], manifest, tick: given }, index) => {
			const tick = given ?? index + 1;
			const { l1Origin } = tickOf(tick, { rollups: [] });
			const written = manifest ?? bytesToHex(encodeManifest([{ tick, l1Origin: l1Origin.number, items }]));
			const entries = forced.map(({ legs, overCap = false }, at) => selected(at, legs, overCap));
			return { tick, l1Origin, coinbase: COINBASE, forced: entries, manifest: written };
		}),
	};
}

/** The manifest of a tick whose items are these elements, whatever they are. */
export const manifestOf = (...items: Parameters<typeof RLP.encode>[0][]): Hex =>
	bytesToHex(RLP.encode([[0, 0, items as never]]));

export const declare = (one: Leg, gas: number): ForcedLeg => ({ ...one, gas });

function l1Message(rollupId: RollupId, sent: TestMessage): BundleCase["messages"][number]["log"] {
	const { destination, minGas, nonce, source } = sent;
	const numbers = { source: BigInt(source), destination: BigInt(destination), nonce: BigInt(nonce) };
	const message = { ...sent, ...numbers, minGas: BigInt(minGas), data: hexToBytes(sent.data) };
	return { kind: "l1Message", rollupId, id: messageId(sent), message };
}

/** The first message of alice's on a rollup, to the counter of another. */
export const messageOf = (from: RollupId, to: RollupId): TestMessage => ({
	source: chainIdOf(from),
	destination: chainIdOf(to),
	nonce: 0,
	sender: alice.address,
	target: COUNTER,
	minGas: 100_000,
	data: "0x",
});

const toMailbox = (data: Hex): Partial<TxRequest> => ({ to: MAILBOX_ADDRESS, data, gas: MAILBOX_GAS });

/** Alice sends it, bob delivers it. */
export const sendLeg = (from: RollupId, { data, destination, minGas, target }: TestMessage): Leg =>
	leg(from, alice, toMailbox(mailboxCall("send", destination, target, minGas, data)));
export const deliverLeg = (to: RollupId, message: TestMessage, nonce = 0): Leg =>
	leg(to, bob, { ...toMailbox(mailboxCall("deliver", message)), ...tagged(tag("dlvr", messageId(message))), nonce });

export interface Party {
	readonly rollupId: RollupId;
	readonly account: TestAccount;
}

/** The session of their first transactions. */
export const sessionFor = (...parties: readonly Party[]): Hash32 =>
	sessionOf(
		parties.map(({ account, rollupId }) => ({ chainId: chainIdOf(rollupId), sender: account.address, nonce: 0 })),
	);

export const boundLeg = (session: Hash32, { account, rollupId }: Party, changes: Partial<TxRequest> = {}): Leg =>
	leg(rollupId, account, { ...tagged(tag("bond", session)), ...changes });
export const helperLeg = (session: Hash32, { account, rollupId }: Party, changes: Partial<TxRequest> = {}): Leg =>
	leg(rollupId, account, { ...tagged(tag("help", session)), ...changes });

/** A call of the counter on rollup 2 by alice on rollup 1, whose session this is; bob helps. */
const CALLER: Party = { rollupId: 1, account: alice };
const CALL_SESSION: Hash32 = sessionFor(CALLER);
export const REQUEST: TestRequest = {
	path: [chainIdOf(1)],
	destination: chainIdOf(2),
	caller: alice.address,
	target: COUNTER,
	gas: 200_000,
	data: "0x",
	sequence: 0,
};

export function fillLeg(...answers: readonly (readonly [TestRequest, TestAnswer])[]): Leg {
	const entries = answers.map(([request, { data, ok }]) => [requestHash(request), ok, data]);
	return helperLeg(CALL_SESSION, { rollupId: 1, account: bob }, toMailbox(mailboxCall("fill", CALL_SESSION, entries)));
}

export function callLeg({ data, destination, gas, target }: TestRequest): Leg {
	return boundLeg(CALL_SESSION, CALLER, toMailbox(mailboxCall("call", destination, target, gas, data)));
}

export function serveLeg(...requests: readonly TestRequest[]): Leg {
	const data = mailboxCall("serve", CALL_SESSION, requests);
	return helperLeg(CALL_SESSION, { rollupId: 2, account: bob }, toMailbox(data));
}
