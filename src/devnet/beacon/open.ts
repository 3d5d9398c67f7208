/** The beacon chain of a devnet: on a real client by the clock, or in virtual time on anvil. */
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import { type BeaconChain, openBeaconAnvil } from "./chain.ts";
import { openBeaconClient } from "./realtime.ts";
import { FIRST_EPOCH, withdrawalAddress } from "./setup.ts";

/** What deploying and opting in takes, about, in seconds. */
const SETUP_SECONDS = 15;
/** The epoch before the delegates' first must have begun when they are known to it. */
const LEAST_SLOTS = SLOTS_PER_EPOCH + 4;

/** Begins in the past, so that the delegates' first epoch begins when everything is there. */
export async function openBeacon(fast: boolean, slotSeconds: number): Promise<BeaconChain> {
	if (fast) return await openBeaconAnvil({ slotSeconds, withdrawalAddress });
	const wait = FIRST_EPOCH * SLOTS_PER_EPOCH * slotSeconds - SETUP_SECONDS;
	return await openBeaconClient({
		slotSeconds,
		withdrawalAddress,
		headStart: Math.max(wait, LEAST_SLOTS * slotSeconds),
	});
}
