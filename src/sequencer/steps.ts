/** What an executor is made to do, one after the other, and when two of these are the same. */
import type { DerivedTick, L1MessageLog, RollupRegisteredLog, StepResult } from "../derive/types.ts";
import { bytesToHex } from "../primitives/bytes.ts";

export type Step =
	| { readonly kind: "register"; readonly registration: RollupRegisteredLog }
	| { readonly kind: "messages"; readonly l1Block: number; readonly messages: readonly L1MessageLog[] }
	| { readonly kind: "tick"; readonly tick: DerivedTick };

const separator = "|";

/** Two steps with the same key have the same effect after the same steps. */
export function stepKey(step: Step): string {
	if (step.kind === "register") {
		const { allocation, config, rollupId } = step.registration;
		return ["register", rollupId, JSON.stringify(config), bytesToHex(allocation)].join(separator);
	}
	if (step.kind === "messages") return ["messages", step.l1Block, ...step.messages.map(({ id }) => id)].join(separator);
	const { coinbase, deposits, forced, l1Origin, orderRoot, rollups, tick } = step.tick;
	return [
		tick,
		orderRoot,
		l1Origin.hash,
		coinbase,
		forced.map((entry) => (entry.overCap ? 1 : 0)).join(""),
		...[...deposits.values()].flat().map((d) => `${d.rollupId}:${d.index}:${d.recipient}:${d.gwei}`),
		...[...rollups.values()].map((r) => `${r.rollupId}:${r.gasLimit}:${r.feeRecipient}`),
	].join(separator);
}

/** Publications of an L1 block come before its other logs (D-1). */
export function stepsOf(block: StepResult): readonly Step[] {
	return [
		...block.ticks.map((tick): Step => ({ kind: "tick", tick })),
		...block.registrations.map((registration): Step => ({ kind: "register", registration })),
	];
}
