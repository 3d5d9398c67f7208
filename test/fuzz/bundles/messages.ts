/** Bundles that send and deliver messages: true ones, early ones, forged ones, and messages that justify each other. */
import type { Address, Hash32, RollupId } from "../../../src/primitives/types.ts";
import {
	FAILURES,
	type FuzzMessage,
	failureAddress,
	MAILBOX,
	mailboxAbi,
	messageId,
	messageTuple,
	PUPPET,
	puppetAbi,
	runData,
	TOKEN,
	tokenAbi,
} from "./contracts.ts";
import type { DraftLeg } from "./draft.ts";
import { type Plan, plainLeg, sender, shuffled } from "./traffic.ts";
import { ACCOUNTS, chainIdOf, L1_CHAIN_ID, noteL1Message, PAUPER, usable, type World } from "./world.ts";

const counting = (more: number): `0x${string}` => puppetAbi.encodeFunctionData("count", [more]) as `0x${string}`;

/** What a message does where it arrives, and whether it can. */
function errand(world: World): { target: Address; data: `0x${string}`; works: boolean } {
	const { random } = world;
	switch (random.below(5)) {
		case 0:
			return { target: PAUPER.address, data: "0x", works: true };
		case 1:
			return { target: PUPPET, data: puppetAbi.encodeFunctionData("refuse", [7]) as `0x${string}`, works: false };
		case 2:
			return { target: failureAddress(random.below(FAILURES.length - 3)), data: "0x", works: false };
		default:
			return { target: PUPPET, data: counting(random.below(4)), works: true };
	}
}

const MIN_GAS = 60_000;

/** A leg that sends, and the message it sends if `before` others are sent from there first. */
function sendLeg(
	world: World,
	{ rollupId, destination, before = 0 }: { rollupId: RollupId; destination: number; before?: number },
) {
	const { random, ledger } = world;
	const from = sender(world);
	const nonce = ledger.nonceOf(rollupId) + before;
	const common = { source: chainIdOf(world, rollupId), destination, nonce };
	if (random.chance(0.5)) {
		const holder = random.some(ACCOUNTS)?.address ?? PUPPET;
		const amount = 1 + random.below(50);
		const message: FuzzMessage = {
			...common,
			sender: TOKEN,
			target: TOKEN,
			minGas: 100_000,
			data: tokenAbi.encodeFunctionData("arrive", [holder, amount]) as `0x${string}`,
		};
		const leg: DraftLeg = {
			rollupId,
			from,
			to: TOKEN,
			data: tokenAbi.encodeFunctionData("depart", [destination, holder, amount]) as `0x${string}`,
			gas: 160_000,
		};
		return { leg, message, works: true };
	}
	const { target, data, works } = errand(world);
	const send = mailboxAbi.encodeFunctionData("send", [destination, target, MIN_GAS, data]) as `0x${string}`;
	const direct = random.chance(0.5);
	const message: FuzzMessage = { ...common, sender: direct ? from.address : PUPPET, target, minGas: MIN_GAS, data };
	const leg: DraftLeg = {
		rollupId,
		from,
		to: direct ? MAILBOX : PUPPET,
		data: direct ? send : runData([{ target: MAILBOX, data: send }]),
		gas: 130_000,
	};
	return { leg, message, works };
}

const deliverData = (message: FuzzMessage): `0x${string}` =>
	mailboxAbi.encodeFunctionData("deliver", [messageTuple(message)]) as `0x${string}`;

/** A leg that delivers; `tags` if they are to be others than the messages' own. */
function deliverLeg(
	world: World,
	rollupId: RollupId,
	messages: readonly FuzzMessage[],
	tags: readonly Hash32[] = messages.map(messageId),
): DraftLeg {
	const [only] = messages;
	const direct = messages.length === 1 && only !== undefined && world.random.chance(0.6);
	const gas = 60_000 + messages.reduce((sum, { minGas }) => sum + 70_000 + Math.ceil((minGas * 64) / 63), 0);
	const data = direct
		? deliverData(only)
		: runData(messages.map((message) => ({ target: MAILBOX, data: deliverData(message) })));
	return { rollupId, from: sender(world), to: direct ? MAILBOX : PUPPET, data, gas, deliveries: tags };
}

function pair(world: World): [RollupId, RollupId] {
	const [a = 1, b = a] = shuffled(world, usable(world));
	return [a, b];
}

/** Sent and delivered in one bundle, or only sent, for later bundles to deliver; delivered before it is sent. */
export function messages(world: World): Plan {
	const { random } = world;
	const [a, b] = pair(world);
	const count = random.between(1, 2);
	const sent = Array.from({ length: count }, (_, before) =>
		sendLeg(world, { rollupId: a, destination: chainIdOf(world, b), before }),
	);
	const sends = sent.map(({ leg }) => leg);
	const mode = random.below(5);
	// With one rollup left, it sends to itself, which no rollup can.
	if (mode === 0) return { feature: "sends", legs: sends, expected: a === b ? "drops" : "holds" };
	const works = sent.every((one) => one.works) && a !== b;
	const all = sent.map(({ message }) => message);
	const delivers = random.chance(0.5)
		? [deliverLeg(world, b, all)]
		: all.map((message) => deliverLeg(world, b, [message]));
	if (mode === 1) return { feature: "delivered before it is sent", legs: [...delivers, ...sends], expected: "drops" };
	return { feature: "sent and delivered", legs: [...sends, ...delivers], expected: works ? "holds" : "drops" };
}

/** Messages of earlier items, delivered for the first or another time, and some that never were sent. */
export function laterDelivery(world: World): Plan | null {
	const { random, ledger } = world;
	const here = new Map(usable(world).map((rollupId) => [chainIdOf(world, rollupId), rollupId]));
	const candidates = [...ledger.sent.values()].filter(({ message }) => here.has(message.destination));
	const waiting = candidates.filter(({ delivered }) => !delivered);
	const mode = random.below(7);
	const one = random.some(mode === 0 ? candidates : waiting);
	const rollupId = here.get(one?.message.destination ?? 0);
	if (one === undefined || rollupId === undefined) return null;
	const { message } = one;
	if (mode === 1) {
		const never = { ...message, nonce: message.nonce + 1_000 };
		return { feature: "never sent", legs: [deliverLeg(world, rollupId, [never])], expected: "drops" };
	}
	if (mode === 2) {
		const leg = deliverLeg(world, rollupId, [message], []);
		return { feature: "delivered without its tag", legs: [leg], expected: "drops" };
	}
	if (mode === 3) {
		const changed = { ...message, data: `${message.data}00` as const };
		return {
			feature: "a message changed under another's tag",
			legs: [deliverLeg(world, rollupId, [changed], [messageId(message)])],
			expected: "drops",
		};
	}
	if (mode === 4) {
		const own = random.some([...ledger.sent].filter(([, { message: sent }]) => here.has(sent.source)));
		const from = here.get(own?.[1].message.source ?? 0);
		if (own === undefined || from === undefined) return null;
		return {
			feature: "one's own message",
			legs: [{ ...plainLeg(world, from), deliveries: [own[0]] }],
			expected: "drops",
		};
	}
	const others = random.chance(0.5) ? [plainLeg(world)] : [];
	const holds = !one.delivered && works(message);
	return {
		feature: one.delivered ? "delivered again" : "delivered later",
		legs: shuffled(world, [deliverLeg(world, rollupId, [message]), ...others]),
		expected: holds ? "holds" : "drops",
	};
}

/** A message that was sent only in blocks that L1 has taken back. */
export function orphanedDelivery(world: World): Plan | null {
	const { random, ledger, orphans } = world;
	const message = random.some(orphans.filter((one) => !ledger.sent.has(messageId(one))));
	const rollupId = usable(world).find((one) => chainIdOf(world, one) === message?.destination);
	if (message === undefined || rollupId === undefined) return null;
	return { feature: "sent in an orphan", legs: [deliverLeg(world, rollupId, [message])], expected: "drops" };
}

/** Whether what a message asks for can be done; the random ones are of these kinds. */
function works({ target, data }: FuzzMessage): boolean {
	if (target === PUPPET) return !data.startsWith(selector("refuse"));
	return target === TOKEN || target === PAUPER.address;
}

const selector = (name: string): string => puppetAbi.getFunction(name)?.selector ?? "";

/** A message from L1 that is seen now, or not yet, delivered where it is meant to go or elsewhere. */
export function l1Message(world: World): Plan | null {
	const { random, tick } = world;
	const [rollupId, other] = pair(world);
	const { target, data, works: can } = errand(world);
	const message: FuzzMessage = {
		source: L1_CHAIN_ID,
		destination: chainIdOf(world, rollupId),
		nonce: world.sentByL1++,
		sender: sender(world).address,
		target,
		minGas: MIN_GAS,
		data,
	};
	const [seen, right] = [random.chance(0.7), random.chance(0.8)];
	noteL1Message(world, { rollupId, message, l1Block: tick.l1Origin.number + (seen ? -random.below(2) : 1) });
	const leg = deliverLeg(world, right ? rollupId : other, [message]);
	const feature = seen ? (right ? "from L1" : "from L1, elsewhere") : "from L1, too early";
	return { feature, legs: [leg], expected: seen && (right || other === rollupId) && can ? "holds" : "drops" };
}

const PASS_GAS = 400_000;

/**
 * Trap 17. Each of the messages makes the next rollup of a ring send the next one. With a first leg that sends, all are true; without
 * it, each would be sent if the one before were, and the first if the last were.
 */
export function ring(world: World, length: number, begun: boolean): Plan | null {
	const rollups = shuffled(world, usable(world)).slice(0, length);
	if (rollups.length < length) return null;
	const chains = rollups.map((rollupId) => chainIdOf(world, rollupId));
	const data = puppetAbi.encodeFunctionData("pass", [chains]) as `0x${string}`;
	const message = (from: number): FuzzMessage => ({
		source: chains[from] ?? 0,
		destination: chains[(from + 1) % length] ?? 0,
		nonce: world.ledger.nonceOf(rollups[from] ?? 0),
		sender: PUPPET,
		target: PUPPET,
		minGas: PASS_GAS,
		data,
	});
	const deliver = (to: number): DraftLeg => deliverLeg(world, rollups[to] ?? 0, [message((to + length - 1) % length)]);
	if (!begun) return { feature: `a circle of ${length}`, legs: rollups.map((_, to) => deliver(to)), expected: "drops" };
	const first: DraftLeg = { rollupId: rollups[0] ?? 0, from: sender(world), to: PUPPET, data, gas: 150_000 };
	const rest = rollups.slice(1).map((_, i) => deliver(i + 1));
	return { feature: `a chain of ${length}`, legs: [first, ...rest], expected: length > 1 ? "holds" : "drops" };
}
