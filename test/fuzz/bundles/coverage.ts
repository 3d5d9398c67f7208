/** What a campaign must have met to prove anything: every reason of the rules, and everything that the generator can think up. */

import { FAILURES } from "./contracts.ts";
import { LIES } from "./lies.ts";

/** All but `block-bytes`: seven megabytes of transactions per tick would take too long (a unit test fills a block). */
const LEG_REASONS = [
	"undecodable",
	"blob-transaction",
	"no-chain-id",
	"wrong-chain-id",
	"forced-gas",
	"block-gas",
	"fee-too-low",
	"nonce",
	"balance",
	"sender-code",
	"message-not-sent",
	"reverted",
];

export const BUNDLE_LANDMARKS: readonly string[] = [
	...["held", "unknown-rollup", "clusters", "rollup-refused", "forced-over-cap", "not-examined", "tags", "session"],
	...["tape", "waste-budget", ...LEG_REASONS.map((reason) => `leg ${reason}`)],
].map((what) => `bundle ${what}`);

/** Of transactions that stand alone, what bundles have brought about: their legs, taken out. */
export const ALONE_LANDMARKS: readonly string[] = ["held", "session", "message-not-sent", "tags"].map(
	(what) => `alone ${what}`,
);

/** Of what L1 takes back. */
export const REORG_LANDMARKS: readonly string[] = [
	"depth 1 to 8",
	"depth 9 to 32",
	"depth 33 to 64",
	"back to what was",
	"a message from L1 again",
].map((what) => `reorg: ${what}`);

/** Features by the beginning of their names. */
export const FEATURES: readonly string[] = [
	...[
		"free legs",
		"a session",
		"two sessions",
		"an idle helper",
		"64 legs",
		"waste",
		"a flood",
		"a replay",
		"unbundled",
	],
	...["sends", "sent and delivered", "delivered before it is sent", "delivered later", "delivered again", "never sent"],
	"sent in an orphan",
	...[
		"delivered without its tag",
		"one's own message",
		"a message changed under another's tag",
		"from L1",
		"from L1, elsewhere",
		"from L1, too early",
	],
	...[1, 2, 3, 4].flatMap((length) => [`a circle of ${length}`, `a chain of ${length}`]),
	...[
		"calls of depth 1",
		"calls of depth 2",
		"calls of depth 3",
		"calls by two legs",
		"read again after a frame that reverted",
	],
	...Object.keys(LIES),
	...FAILURES.map(([name]) => name),
	...["an unknown rollup", "a rollup that is not active", "two clusters", "a refused rollup"],
];

/** Whether something of that name was met, perhaps said more closely or forced. */
export function isMet(coverage: Readonly<Record<string, number>>, feature: string): boolean {
	return Object.keys(coverage).some((met) => met.replace(/^alone: |^forced: /, "").startsWith(feature));
}
