/** What the access list of a bundle's leg says, for who asks why a bundle was dropped. */
import type { Common } from "@ethereumjs/common";
import { rollupCommon } from "../execute/common.ts";
import { decodeTx } from "../execute/decodeTx.ts";
import { readTags } from "../execute/tags.ts";
import type { Hex } from "../primitives/types.ts";

/** Of each tag the 24 bytes that it keeps of a hash. */
export interface TagRecord {
	/** Session that binds the leg. */
	readonly bound: Hex | null;
	/** Session that it fills or serves for. */
	readonly helper: Hex | null;
	/** Messages that it delivers. */
	readonly deliveries: readonly Hex[];
}

const commons = new Map<number, Common>();

/** Null if the bytes are no transaction of the chain, or have more tags than they may. */
export function tagRecord(rawTx: Uint8Array, chainId: number): TagRecord | null {
	const common = commons.get(chainId) ?? rollupCommon(chainId);
	commons.set(chainId, common);
	const decoded = decodeTx(rawTx, common);
	const tags = "drop" in decoded ? null : readTags(decoded.tx);
	if (tags === null) return null;
	const hex = (hash: string | null): Hex | null => (hash === null ? null : `0x${hash}`);
	return { bound: hex(tags.bound), helper: hex(tags.helper), deliveries: tags.deliveries.map((id): Hex => `0x${id}`) };
}
