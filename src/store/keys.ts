/**
 * Every key of the store has one owner, named by its first segment:
 *
 * | prefix | owner |
 * |---|---|
 * | `x/` | the executors (src/execute): state and heads of rollups |
 * | `n/` | whoever drives the store (node or sequencer): cursor, order state, indexes |
 *
 * Executor keys. Hex is lower case without `0x`; numbers are ten decimal digits, so that keys sort by them.
 * - `x/c/<cluster>/<rollup>`: the rollup's record (registration and head), or why it is refused
 * - `x/m/<rollup>/<first 24 bytes of the id>`: number of the L1 block that sent the rollup this message
 * - `x/s/<rollup>/a/<address>`: an account, RLP as in the state trie
 * - `x/s/<rollup>/s/<address>/<slot>`: a storage value without leading zeros
 * - `x/s/<rollup>/c/<code hash>`: contract code
 * - `x/s/<rollup>/t/<path>`: a node of the state trie, by its path in nibbles
 * - `x/s/<rollup>/u/<address>/<path>`: a node of an account's storage trie
 */
import type { ClusterId, RollupId } from "../primitives/types.ts";

const number = (value: number): string => value.toString().padStart(10, "0");

export const clusterPrefix = (cluster: ClusterId): string => `x/c/${number(cluster)}/`;
export const rollupKey = (cluster: ClusterId, rollup: RollupId): string => clusterPrefix(cluster) + number(rollup);
/** @param id 48 hex digits */
export const messageKey = (rollup: RollupId, id: string): string => `x/m/${number(rollup)}/${id}`;
/** Prefix of everything in a rollup's state; see the table above for what follows it. */
export const statePrefix = (rollup: RollupId): string => `x/s/${number(rollup)}/`;
