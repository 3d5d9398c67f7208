/** Writes snapshots/gas.json and snapshots/sizes.json: `node scripts/audit/snapshots.ts`, after `npx hardhat build`. */
import { writeFileSync } from "node:fs";
import { gasSnapshot, render, sizeSnapshot } from "../../test/contracts/support/snapshots.ts";

const path = (name: string): URL => new URL(`../../snapshots/${name}`, import.meta.url);

writeFileSync(path("sizes.json"), render(await sizeSnapshot()));
writeFileSync(path("gas.json"), render(await gasSnapshot()));
