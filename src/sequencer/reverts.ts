/** What the L1 contracts say when they refuse, in words that tell what to do. */
import { Interface } from "ethers";
import { isHex } from "../primitives/bytes.ts";
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import type { Address } from "../primitives/types.ts";
import type { Request } from "./l1-account.ts";
import type { L1Call } from "./l1-transaction.ts";

/** Errors that publishing, forcing, depositing, acting for proposers, keeping, bonds and evidence can meet. Held equal to the compiled contracts by a test. */
export const REVERT_ABI = [
	"error InvalidAmount(uint256 weiAmount)",
	"error ZeroRecipient()",
	"error UnknownRollup(uint32 rollupId)",
	"error RollupNotActive(uint32 rollupId, uint256 activeFrom, uint256 timestamp)",
	"error InvalidTransactionSize(uint256 size, uint256 maximum)",
	"error GasTooLow(uint32 rollupId, uint256 gas, uint256 minimum)",
	"error GasTooHigh(uint32 rollupId, uint256 gas, uint256 maximum)",
	"error EntryTooLarge(uint256 gas, uint256 maximum)",
	"error QueueFull(uint32 cluster, uint256 retryAt)",
	"error FeeTooLow(uint256 paid, uint256 required)",
	"error WrongHead(bytes32 expected, bytes32 found)",
	"error TickNotAfterHead(uint256 firstTick, uint256 published)",
	"error TickInFuture(uint256 lastTick, uint256 tickTime, uint256 timestamp)",
	"error TickTooOld(uint256 firstTick, uint256 expiredAt, uint256 timestamp)",
	"error WrongL1Origin(uint256 l1Origin, bytes32 claimed, bytes32 actual)",
	"error InvalidDataSize(uint256 size, uint256 maximum)",
	"error OutsideRight(uint256 firstTick, uint256 lastTick, uint256 minTick, uint256 maxTick)",
	"error NotSequencer(address publisher, address sequencer)",
	"error NotOpen(uint256 slot, uint256 openAfter)",
	"error NotNewest(uint256 id)",
	"error NoBeaconRoot(uint256 timestamp)",
	"error WrongHeader(bytes32 root, bytes32 beaconRoot)",
	"error EpochOutOfRing(uint256 epoch, uint256 oldest, uint256 newest)",
	"error NotNextEpoch(uint256 epoch, uint256 next)",
	"error EpochNotRecorded(uint256 epoch, uint256 proposers)",
	"error NoMix(uint256 epoch)",
	"error NotWithdrawalAddress(address caller, bytes32 credentials)",
	"error InvalidSignature(bytes32 signingRoot)",
	"error NotNamed(uint256 validatorIndex, address caller, address named)",
	"error NotDelegate(uint256 validatorIndex, address caller, address delegate)",
	"error Leaving(address sequencer, uint256 leavesAt)",
	"error NotLeaving(address sequencer)",
	"error NoBond(address sequencer)",
	"error StillBonded(address sequencer, uint256 leavesAt, uint256 timestamp)",
	"error NotOwner(address signer, address sequencer, uint256 kind)",
	"error OutsideWindow(uint256 tick, uint256 minTick, uint256 maxTick)",
	"error ChallengeOver(uint256 tick, uint256 deadline, uint256 timestamp)",
	"error AlreadyShown(address sequencer, uint256 tick)",
	"error NothingToSlash(address sequencer)",
	"error UnknownEntry(uint256 id, bytes32 found)",
	"error WrongPublication(bytes32 claimed, bytes32 found)",
	"error NoOrderVerifier()",
	"error NotVoid(uint256 id, uint8 status)",
	"error WindowNotOver(uint256 slot, uint256 endsAt, uint256 timestamp)",
	"error NoPayload(uint256 slot)",
	"error NotOmitted(uint256 tick, uint256 published)",
	"error NotTaken(uint256 tick, uint256 parentLastTick, uint256 firstTick, uint256 lastTick)",
	"error TakenWithinWindow(uint256 timestamp, uint256 endsAt)",
	"error NoOrigin(uint256 tick, uint256 oldest)",
] as const;

const ADVICE: Readonly<Record<string, string>> = {
	InvalidAmount: "deposit whole gwei, at least one",
	ZeroRecipient: "give an address that somebody has the key of",
	UnknownRollup: "give the number of a registered rollup (they count from 1)",
	RollupNotActive: "wait until the rollup's activation tick",
	InvalidTransactionSize: "give the bytes of one signed transaction",
	GasTooLow: "declare more gas (--gas)",
	GasTooHigh: "declare less gas (--gas); it is bounded by half the rollup's lowest gas limit",
	EntryTooLarge: "declare less gas (--gas)",
	QueueFull: "try again later",
	FeeTooLow: "try again; the fee has risen meanwhile",
	WrongHead: "somebody else published meanwhile; run the command again",
	TickNotAfterHead: "somebody else published meanwhile; run the command again",
	TickInFuture: "this machine's clock is ahead of L1's; try again in a moment",
	TickTooOld: "publishing took too long; run the command again",
	WrongL1Origin: "L1 was reorganized meanwhile; run the command again",
	NotSequencer:
		"only the sequencer named may publish now; use its key, force the transaction, or try --open if nobody has published for long",
	NotOpen:
		"anyone may publish only after the slot named; until then it is up to the owners of the slots, or force the transaction",
	NotNewest: "somebody else published meanwhile; run the command again",
	NoBeaconRoot: "L1 has reorganized, or the proof is older than 8,191 slots; run the command again",
	WrongHeader: "L1 has reorganized meanwhile; run the command again",
	EpochOutOfRing: "the oracle keeps the next epoch, the current one and 62 before it; give one of those",
	NotNextEpoch: "an epoch is sealed and drawn in the one before it, neither earlier nor later",
	EpochNotRecorded: "record the epoch's proposers in the oracle first",
	NoMix: "record the mix of the epoch two before it in the oracle first",
	NotWithdrawalAddress: "use the key of the validator's withdrawal address, or the validator's own",
	InvalidSignature: "the validator's nonce has moved on; run the command again",
	NotNamed: "the validator names its delegate first; each naming can be accepted once",
	NotDelegate: "only the last one that has accepted for the validator can end it",
	Leaving: "take the announcement back first (meridian bond stay)",
	NotLeaving: "announce it first (meridian bond leave)",
	NoBond: "there is nothing to take",
	StillBonded: "it may be taken after the time named",
	NotOwner: "the right is another's by now; L1 may have reorganized",
	OutsideWindow: "L1 may have reorganized; run the command again",
	ChallengeOver: "it could be shown until the time named",
	AlreadyShown: "somebody has shown it before",
	NothingToSlash: "the sequencer has no bond left",
	UnknownEntry: "the Inbox has forgotten the publication, or L1 has reorganized",
	WrongPublication: "L1 has reorganized; run the command again",
	NoOrderVerifier: "nobody tells L1 which publications are void yet, so this fault cannot be shown (P-10)",
	NotVoid: "nobody has told L1 that it is void",
	WindowNotOver: "run the command again after the time named",
	NoPayload: "the window's last slot was missed, or is forgotten by now: nobody is charged with that",
	NotOmitted: "somebody has published meanwhile; run the command again",
	NotTaken: "L1 has reorganized; run the command again",
	TakenWithinWindow: "its owner could not publish it any more: nobody is charged with that",
	NoOrigin: "L1 has no block that the tick could have seen: nobody could publish it",
	OutsideRight: "the right to publish is over other ticks; try again in its slots",
};

const reverts = new Interface(REVERT_ABI);

/** The error as one that a person understands, if it carries the data of a known revert; otherwise the error itself. */
export function explainRevert(error: unknown): unknown {
	const data = isMeridianError(error) ? revertData(error.details.rpcData) : null;
	const parsed = data === null ? null : reverts.parseError(data);
	if (parsed === null) return error;
	const values = parsed.fragment.inputs.map((input, i) => `${input.name} ${String(parsed.args[i])}`).join(", ");
	const hint = ADVICE[parsed.name];
	return new MeridianError(
		"usage",
		"reverted",
		`L1 would refuse it: ${parsed.name}(${values})`,
		{ error: parsed.name, ...(hint === undefined ? {} : { hint }) },
		{ cause: error },
	);
}

/** Nodes put the bytes at different depths. */
function revertData(value: unknown): string | null {
	if (isHex(value) && value.length >= 10) return value;
	if (typeof value !== "object" || value === null || !("data" in value)) return null;
	return revertData(value.data);
}

/** Has L1 try the call, without sending it. Throws what it would refuse. */
export async function tryPublication(request: Request, from: Address, { data, to }: L1Call): Promise<void> {
	try {
		await request("eth_call", [{ from, to, data }, "latest"]);
	} catch (error) {
		const reason = explainRevert(error);
		// Nodes ask at the time of the latest block, and the tick may be of the next one.
		if (!isMeridianError(reason) || reason.details.error !== "TickInFuture") throw reason;
	}
}
