/**
 * What `hardhat test` does differently in this repository, however it is called: mocha gets the files named `*.test.ts` and
 * no helpers, counts come from the runner itself (and go to a file for `meridian test`), coverage knows branches.
 */
import { overrideTask } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

const plugin: HardhatPlugin = {
	id: "meridian-tests",
	dependencies: () => [import("@nomicfoundation/hardhat-toolbox-mocha-ethers")],
	tasks: [
		overrideTask(["test", "mocha"])
			.setAction(() => import("./mocha-task.ts"))
			.build(),
		overrideTask(["test", "solidity"])
			.setAction(() => import("./solidity-task.ts"))
			.build(),
	],
	hookHandlers: { solidity: () => import("./branch-hooks.ts") },
};

export default plugin;
