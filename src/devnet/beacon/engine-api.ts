/** A real execution client behind the Engine API (Prague's methods). */
import { setTimeout as sleep } from "node:timers/promises";
import { MeridianError } from "../../primitives/errors.ts";
import type { Hex } from "../../primitives/types.ts";
import type { BuiltPayload, ExecutionEngine, ForkchoiceState, PayloadAttributes } from "./engine.ts";

/** One call of the Engine API. */
export type EngineCall = (method: string, parameters: readonly unknown[]) => Promise<unknown>;

interface Status {
	readonly status: string;
	readonly validationError?: string | null;
}

/** @param openMs how long, from the time of its slot on, a block takes transactions; one of the past only those that are there */
export function engineApi(call: EngineCall, openMs: number): ExecutionEngine {
	const update = async (state: ForkchoiceState, attributes: PayloadAttributes | null): Promise<Hex | null> => {
		const answer = await call("engine_forkchoiceUpdatedV3", [state, attributes]);
		const { payloadId, payloadStatus } = answer as { payloadStatus: Status; payloadId: Hex | null };
		check("engine_forkchoiceUpdatedV3", payloadStatus);
		return payloadId;
	};
	return {
		setHead: async (state) => void (await update(state, null)),
		async build(state, attributes) {
			const id = await update(state, attributes);
			const left = Number(attributes.timestamp) * 1_000 + openMs - Date.now();
			if (left > 0) await sleep(Math.min(left, openMs));
			return (await call("engine_getPayloadV4", [id])) as BuiltPayload;
		},
		async take({ executionRequests, parentBeaconBlockRoot, payload, versionedHashes }) {
			// Requests of a type without data are left out (EIP-7685).
			const requests = executionRequests.filter((request) => request.length > 4);
			const parameters = [payload, versionedHashes, parentBeaconBlockRoot, requests];
			check("engine_newPayloadV4", (await call("engine_newPayloadV4", parameters)) as Status);
		},
	};
}

function check(method: string, { status, validationError }: Status): void {
	if (status === "VALID") return;
	throw new MeridianError("halt", "engine", `${method} says ${status}: ${validationError ?? "no reason given"}`);
}
