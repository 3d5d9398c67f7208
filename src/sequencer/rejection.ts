import type { DropReason } from "../execute/types.ts";
import type { PoolRejection } from "./mempool.ts";

/** Why a transaction is not accepted: by its bytes, by its rollup, or by the pool. */
export type Rejection = "refused-sender" | "legs" | DropReason | PoolRejection;
