/** What `meridian lookahead keep` does. */
import { beaconApi } from "../../l1/beacon/api.ts";
import { latestBlock } from "../../l1/beacon/epochs.ts";
import { readRightsSources, readSetOracle } from "../../l1/seals.ts";
import { createStatus } from "../../l1/status.ts";
import { pause } from "../../l1/waiting.ts";
import { parseAddress } from "../../node/connect.ts";
import { isMeridianError, MeridianError } from "../../primitives/errors.ts";
import type { Address, Hash32 } from "../../primitives/types.ts";
import { Keeper } from "../../sequencer/keeper/keeper.ts";
import type { Deed } from "../../sequencer/keeper/plan.ts";
import type { KeeperEvent, KeeperReport, Kept } from "../../sequencer/keeper/types.ts";
import { createL1Account } from "../../sequencer/l1-account.ts";
import { type OracleReader, withOracle } from "../reading/oracle.ts";
import type { OracleFlags } from "../reading/oracle-flags.ts";
import { readKey } from "./open.ts";

export interface LookaheadKeepFlags extends OracleFlags {
	readonly beacon: string;
	readonly rights?: string;
	readonly stakedSet?: string;
	readonly key?: string;
	/** Gwei. */
	readonly maxFee: number;
}

const POLL_MS = 1_000;
const GWEI = 1_000_000_000n;

/** Keeps until it is interrupted; what is in flight then is left to L1. */
export async function keep(flags: LookaheadKeepFlags): Promise<void> {
	await withOracle(flags, async (reader) => {
		const { clock, output, rpc } = reader;
		const account = await createL1Account(rpc.request, readKey(flags.key, output));
		const kept = await keptBy(flags, reader);
		const keeper = new Keeper({
			...kept,
			rpc,
			beacon: beaconApi(flags.beacon),
			clock,
			account,
			limits: { maxFeePerGas: BigInt(flags.maxFee) * GWEI },
		});
		output.line(`${account.address} keeps ${thingsKept(kept)}; L1 is in epoch ${reader.currentEpoch}`);
		const mined = { publish: 0, seal: 0, mix: 0, draw: 0 };
		let last: KeeperReport | null = null;
		let said = "";
		for await (const report of follow(keeper, reader)) {
			last = report;
			for (const event of report.events) {
				if (event.kind === "mined" && event.success) mined[event.deed.kind]++;
				const line = lineOf(event);
				// What fails at every block is said once.
				if (line !== said) output.line(line);
				said = line;
			}
		}
		if (last?.inFlight) output.note(`${last.inFlight.hash} is still in flight (${wordsOf(last.inFlight.deed)})`);
		output.result({ epoch: last?.epoch ?? null, mined, inFlight: last?.inFlight ?? null });
	});
}

/** Steps at every new head of L1, until aborted. Throws what is not `retry`. */
async function* follow(
	keeper: Keeper,
	{ output, rpc, signal }: OracleReader,
): AsyncGenerator<KeeperReport, void, void> {
	const status = createStatus((line) => output.note(line));
	let seen: Hash32 | null = null;
	while (!signal.aborted) {
		try {
			const { hash } = await latestBlock(rpc);
			status.fine();
			if (hash !== seen) yield await keeper.step(signal);
			else await pause(POLL_MS, signal);
			seen = hash;
		} catch (error) {
			if (!isMeridianError(error) || error.recovery !== "retry") throw error;
			status.trouble(error, POLL_MS);
			await pause(POLL_MS, signal);
		}
	}
}

/** Throws `usage` (`bad-address`, `no-rights`, `no-staked-set`, `foreign-oracle`). */
async function keptBy(flags: LookaheadKeepFlags, { oracle, output, rpc }: OracleReader): Promise<Kept> {
	const rights = flags.rights === undefined ? undefined : parseAddress(flags.rights, "rights");
	const stakedSet = flags.stakedSet === undefined ? undefined : parseAddress(flags.stakedSet, "staked set");
	if (rights !== undefined) {
		const sources = await readRightsSources(rpc, rights);
		checkOracle(sources.oracle, oracle, `The rights ${rights}`);
		if (sources.stakedSet !== null && stakedSet === undefined)
			output.note(`note: the rights name the staked set ${sources.stakedSet}; without --staked-set it is not drawn`);
		if (stakedSet !== undefined && sources.stakedSet !== stakedSet)
			output.note(
				`note: the staked set ${stakedSet} is not the rights' own (${sources.stakedSet ?? "they have none"})`,
			);
	}
	if (stakedSet !== undefined) checkOracle(await readSetOracle(rpc, stakedSet), oracle, `The staked set ${stakedSet}`);
	return {
		oracle,
		...(rights === undefined ? {} : { rights }),
		...(stakedSet === undefined ? {} : { stakedSet }),
	};
}

function checkOracle(found: Address, oracle: Address, whose: string): void {
	if (found === oracle) return;
	throw new MeridianError("usage", "foreign-oracle", `${whose} believe the oracle ${found}, not ${oracle}`, {
		hint: "give --oracle the one they believe",
	});
}

const thingsKept = ({ oracle, rights, stakedSet }: Kept): string =>
	[
		`the oracle ${oracle}`,
		...(rights === undefined ? [] : [`the seals of ${rights}`]),
		...(stakedSet === undefined ? [] : [`the draws of ${stakedSet}`]),
	].join(", ");

const WORDS: Readonly<Record<Deed["kind"], string>> = {
	publish: "proposers",
	seal: "seal",
	mix: "mix",
	draw: "draw",
};

const wordsOf = ({ epoch, kind }: Deed): string => `${WORDS[kind]} of epoch ${epoch}`;

function lineOf(event: KeeperEvent): string {
	switch (event.kind) {
		case "sent":
			return `${wordsOf(event.deed)}: sent ${event.hash}${event.replacement ? ", in place of the one before" : ""}`;
		case "mined": {
			const how = event.success ? "mined" : "reverted (L1 or the epoch was another by then)";
			return `${wordsOf(event.deed)}: ${how} in L1 block ${event.l1Block}, ${event.gasUsed} gas, ${event.hash}`;
		}
		case "displaced":
			return `${wordsOf(event.deed)}: another transaction of this account was mined instead; give the keeper its own account`;
		case "too-dear":
			return `${wordsOf(event.deed)}: gas costs more than --max-fee; waiting`;
		case "failed":
			return `${event.deed === null ? "L1" : wordsOf(event.deed)}: ${event.error.message}; trying again at the next block`;
		case "given-up":
			return `${wordsOf(event.deed)}: ${event.error.message}; nothing more is proved this epoch`;
		case "missed":
			return `epoch ${event.epoch} stays without: ${event.deeds.map(({ kind }) => WORDS[kind]).join(", ")}`;
		case "unseen":
			return `epochs ${event.from} to ${event.to} went by unseen`;
	}
}
