import { globSync } from "node:fs";
import { join } from "node:path";
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import Mocha from "mocha";
import { endSoon, watchRejections } from "./ending.ts";
import { recordCounts } from "./summary.ts";

/** Mocha's own report, plus the counts it really saw: Hardhat's sum takes tests that a failed hook kept from running as passed. */
class CountingReporter extends Mocha.reporters.Spec {
	constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
		super(runner, options);
		runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
			const { passes, failures, pending } = this.stats;
			recordCounts({ passed: passes, failed: failures, skipped: pending });
		});
	}
}

const runMocha: TaskOverrideActionFunction = async (taskArguments, hre, runSuper) => {
	const given = taskArguments.testFiles as string[];
	const root = hre.config.paths.tests.mocha;
	const testFiles = given.length > 0 ? given : globSync("**/*.test.ts", { cwd: root }).sort();
	hre.config.test.mocha.reporter = CountingReporter;
	const rejections = watchRejections();
	const result: unknown = await runSuper({
		...taskArguments,
		testFiles: given.length > 0 ? given : testFiles.map((file) => join(root, file)),
	});
	if (rejections.count > 0) {
		recordCounts({ passed: 0, failed: rejections.count, skipped: 0 });
		process.exitCode = 1;
	}
	endSoon();
	return result;
};

export default runMocha;
