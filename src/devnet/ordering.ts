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
	| "buildBundle"
	| "nonceOf"
	| "orderUnseen"
	| "sync"
	| "makeTick"
	| "close"
> & {
	/** Sends what L1 has not got yet, up to that tick: the first one of the next slot. */
	publish(latest: Parameters<Sequencer["publish"]>[0]): Promise<unknown>;
};
