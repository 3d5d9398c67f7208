import { fileURLToPath } from "node:url";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";
import meridianTests from "./scripts/test/hardhat-plugin.ts";

export default defineConfig({
	plugins: [hardhatToolboxMochaEthers, meridianTests],
	solidity: {
		version: "0.8.37",
		// The npm package's compiler: pinned by the lock file, nothing is downloaded.
		path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
		settings: {
			evmVersion: "osaka",
			viaIR: true,
			optimizer: { enabled: true, runs: 10_000 },
			// A comment changes no code: no snapshot, and not the code of the genesis.
			metadata: { bytecodeHash: "none", appendCBOR: false },
		},
	},
	paths: {
		sources: "contracts",
		tests: { solidity: "test/contracts", mocha: "test" },
		ignition: "deploy",
	},
	// What is generated uses syntax that this project does not allow itself.
	typechain: { outDir: "typechain-types", tsNocheck: true },
	networks: {
		default: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" },
		localhost: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
	},
	test: {
		// A test that is skipped is a test nobody runs: pending counts as failed.
		mocha: { timeout: 60_000, forbidPending: true },
		solidity: { fuzz: { runs: 10_000 }, invariant: { runs: 32, depth: 64, failOnRevert: true } },
	},
});
