import type { BaseContract } from "ethers";
import { mined } from "../../../deploy/mined.ts";
import type { Address } from "../../../src/primitives/types.ts";

/** Address of a contract that a factory deploys, once it is there. */
export async function deployed(made: Promise<BaseContract>): Promise<Address> {
	const contract = await made;
	const sent = contract.deploymentTransaction();
	if (sent === null) throw new Error("This contract is not being deployed");
	await mined(sent);
	return (await contract.getAddress()).toLowerCase() as Address;
}
