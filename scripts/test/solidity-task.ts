import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { type Counts, countsOf, recordCounts, type SuiteResult } from "./summary.ts";

interface SolidityRun {
	readonly suiteResults: readonly SuiteResult[];
}
type SolidityResult =
	| { readonly success: true; readonly value: SolidityRun }
	| { readonly success: false; readonly error: SolidityRun };

const runSolidity: TaskOverrideActionFunction = async (taskArguments, hre, runSuper) => {
	// Tests of gas ask for it.
	process.env.MERIDIAN_COVERAGE = String(hre.globalOptions.coverage);
	const result = (await runSuper(taskArguments)) as SolidityResult;
	// Hardhat's own sum is all zero if this task is called by itself.
	const { suiteResults } = result.success ? result.value : result.error;
	const { passed, failed, skipped }: Counts = countsOf(suiteResults);
	// A run that broke down without a failing test is a failure all the same.
	recordCounts({ passed, failed: result.success ? failed : Math.max(failed, 1), skipped });
	return result;
};

export default runSolidity;
