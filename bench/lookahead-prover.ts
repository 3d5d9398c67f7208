/** The process that `lookahead.ts` measures: proves from a state that an address serves, with nothing else in memory. */
import { beaconApi } from "../src/l1/beacon/api.ts";
import { proverOf } from "../src/l1/beacon/prover.ts";
import { stateTree } from "../src/l1/beacon/tree.ts";
import type { BeaconHeader } from "../src/l1/beacon/types.ts";
import { MeridianError } from "../src/primitives/errors.ts";
import { FULU_LAYOUT } from "../test/helpers/l1/beaconState.ts";
import { rounded } from "./measure.ts";

const [url = "", facts = "{}"] = process.argv.slice(2);
const { header, validatorIndex } = JSON.parse(facts) as { header: BeaconHeader; validatorIndex: number };
const start = performance.now();
const { bytes, fork } = await beaconApi(url).state(header.slot);
const tree = stateTree(bytes, fork, [validatorIndex]);
if (tree.root !== header.stateRoot) throw new MeridianError("halt", "bench", "Another root than the state's");
const prover = proverOf(tree, { timestamp: 0, header, layout: FULU_LAYOUT, slotsPerEpoch: 32 });
const proofs = [prover.lookahead(0), prover.lookahead(1), prover.mix(1), prover.validator(validatorIndex)];
if (proofs.some(({ branch }) => branch.length === 0)) throw new MeridianError("halt", "bench", "A proof is empty");
const seconds = rounded((performance.now() - start) / 1_000, 1);
console.log(JSON.stringify({ seconds, rssMB: Math.round(process.resourceUsage().maxRSS / 1_024) }));
