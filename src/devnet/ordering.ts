/** Whoever orders a devnet's ticks, as the devnet sees it: one sequencer, or several that take turns. */
import type { Sequencer } from "../sequencer/sequencer.ts";

export type Orderer = Pick<
	Sequencer,
	| "timeline"
	| "unsafeState"
	| "safeState"
	| "unpublishedBytes"
	| "heads"
	| "executed"
	| "submit"
	| "submitBundle"
	| "bundleTotals"
	| "buildBundle"
	| "nonceOf"
	| "orderUnseen"
	| "sync"
	| "makeTick"
	| "publish"
	| "close"
>;
