/** Parameters of asynchronous properties, seeded like those of test/helpers/property.ts. */
const seed = Number(process.env.MERIDIAN_SEED ?? Date.now() % 2 ** 31);

/** So many runs; a failure prints the seed. */
export const anySeed = (numRuns: number) => ({ seed, numRuns });
