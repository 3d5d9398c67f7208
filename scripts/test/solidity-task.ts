import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { type Counts, recordCounts } from "./summary.ts";

interface SolidityRun {
	readonly summary: Counts;
}
type SolidityResult =
	| { readonly success: true; readonly value: SolidityRun }
	| { readonly success: false; readonly error: SolidityRun };

const runSolidity: TaskOverrideActionFunction = async (taskArguments, hre, runSuper) => {
	// Tests of gas ask for it.
	process.env.MERIDIAN_COVERAGE = String(hre.globalOptions.coverage);
	const result = (await runSuper(taskArguments)) as SolidityResult;
	const { passed, failed, skipped } = result.success ? result.value.summary : result.error.summary;
	// A run that broke down without a failing test is a failure all the same.
	recordCounts({ passed, failed: result.success ? failed : Math.max(failed, 1), skipped });
	return result;
};

export default runSolidity;
