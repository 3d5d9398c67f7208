/** Runs Ignition modules with nothing but an ethers signer. */
import {
	type DeploymentParameters,
	DeploymentResultType,
	deploy,
	type EIP1193Provider,
	type IgnitionModule,
} from "@nomicfoundation/ignition-core";
import type { ethers } from "ethers";
import { MeridianError } from "../src/primitives/errors.ts";
import type { Address } from "../src/primitives/types.ts";
import { artifactResolver } from "./artifacts.ts";

/** A signer that knows its provider, and a provider that takes raw requests: a wallet, an unlocked account, Hardhat's. */
export type Deployer = ethers.Signer;

export const addressOf = (deployed: Readonly<Record<string, string>>, name: string): Address =>
	(deployed[name] ?? "").toLowerCase() as Address;

/** Deploys the module's contracts; their addresses by the names of its results. Throws as `deployTimeline` does. */
export async function run(
	signer: Deployer,
	module: IgnitionModule,
	deploymentParameters: DeploymentParameters,
): Promise<Record<string, string>> {
	const from = await signer.getAddress();
	const result = await deploy({
		config: { requiredConfirmations: 1, blockPollingInterval: 50 },
		artifactResolver,
		provider: signingProvider(signer),
		ignitionModule: module,
		deploymentParameters,
		accounts: [from],
		defaultSender: from,
	});
	if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT)
		throw new MeridianError(
			"halt",
			"deployment-failed",
			`Deploying ${module.id} failed (${result.type}): ${JSON.stringify(result)}`,
			{ result },
		);
	return Object.fromEntries(
		Object.entries(result.contracts).map(([id, { address }]) => [resultName(module, id), address]),
	);
}

/** Ignition answers by the ids of its futures; a module names them by its results. */
function resultName(module: IgnitionModule, futureId: string): string {
	return Object.entries(module.results).find(([, future]) => future.id === futureId)?.[0] ?? futureId;
}

/** An EIP-1193 provider whose only account is the signer's. */
function signingProvider(signer: Deployer): EIP1193Provider {
	const provider = signer.provider as ethers.JsonRpcApiProvider;
	return {
		async request({ method, params = [] }) {
			if (method === "eth_accounts") return [await signer.getAddress()];
			if (method !== "eth_sendTransaction") return await provider.send(method, params as unknown[]);
			const [transaction] = params as [Record<string, string>];
			const { gas, from: _, ...rest } = transaction;
			return (await signer.sendTransaction({ ...rest, ...(gas === undefined ? {} : { gasLimit: gas }) })).hash;
		},
	};
}
