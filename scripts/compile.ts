/** Compiles the contracts for commands that need them, quietly. Hardhat takes longer to load than most commands to run, so only they load it. */
import hre from "hardhat";

/** Leaves the artifacts in artifacts/. Throws what the compiler says is wrong. */
export async function compileContracts(): Promise<void> {
	await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
}
