/** Constants of protocol version 1; spec/derivation.md section 1.2. Changing one is a new version. */

export const BLOB_BYTES = 131_072;
export const BLOB_USABLE_BYTES = 130_044;
export const MAX_BLOBS = 6;
export const MAX_MANIFEST_BYTES = 16_777_216;
/** Decompressed bytes per compressed byte. */
export const MAX_RATIO = 64;
export const MAX_TICKS = 4_096;
export const MAX_ITEMS = 100_000;
export const MAX_LEGS = 64;
export const MAX_TX_BYTES = 131_072;
/** Deposits credited per rollup and tick; the rest is carried over. */
export const MAX_DEPOSITS = 1_024;
export const MIN_GAS_LIMIT = 5_000_000;
export const MAX_GAS_LIMIT = 80_000_000;
/** Raw transaction bytes per block: keeps a block under EIP-7934's 8 MiB. */
export const MAX_BLOCK_TX_BYTES = 7_340_032;
