/**
 * @ethereumjs/client as an execution client in this process: no peers, nothing on disk but a key it never uses, JSON-RPC on a free port
 * of 127.0.0.1, the Engine API by calls. Started by its parts: its command line would listen to the world.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateClientConfig } from "@ethereumjs/client/dist/esm/bin/utils.js";
import { EthereumClient } from "@ethereumjs/client/dist/esm/src/client.js";
import { SyncMode } from "@ethereumjs/client/dist/esm/src/config.js";
import type { RPCManager } from "@ethereumjs/client/dist/esm/src/rpc/index.js";
import { createRPCServer, createRPCServerListener, MethodConfig } from "@ethereumjs/client/dist/esm/src/util/rpc.js";
import { paramsTx } from "@ethereumjs/tx";
import { MemoryLevel } from "memory-level";
import { httpTransport } from "../../l1/rpc.ts";
import { MeridianError } from "../../primitives/errors.ts";
import type { Execution } from "./chain.ts";
import { Methods } from "./client-methods.ts";
import { type EngineCall, engineApi } from "./engine-api.ts";

type Config = Awaited<ReturnType<typeof generateClientConfig>>["config"];

const OPEN_MS = 200;

/** @param genesis in geth's format */
export async function startClient(genesis: object): Promise<Execution> {
	const folder = await mkdtemp(join(tmpdir(), "meridian-l1-"));
	try {
		const client = await openClient(genesis, folder);
		const manager = new Methods(client);
		const server = await serveRpc(manager);
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const end = async (): Promise<void> => {
			server.closeAllConnections();
			await new Promise<void>((resolve) => server.close(() => resolve()));
			await client.stop();
			await rm(folder, { recursive: true, force: true });
		};
		let ended: Promise<void> | null = null;
		return {
			url,
			rpc: httpTransport(url),
			engine: engineApi(engineCalls(manager), OPEN_MS),
			pending: async () => ({ ready: waiting(client), all: waiting(client) }),
			stop() {
				ended ??= end();
				return ended;
			},
		};
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		throw error;
	}
}

async function openClient(genesis: object, folder: string): Promise<EthereumClient> {
	const file = join(folder, "genesis.json");
	await writeFile(file, JSON.stringify(genesis));
	const { config, customGenesisState } = await generateClientConfig({
		gethGenesis: file,
		dataDir: folder,
		logLevel: "error",
		logFile: false,
		saveReceipts: true,
		sync: SyncMode.None,
		isSingleNode: true,
		mine: false,
		execution: true,
		startExecution: true,
		discDns: false,
		discV4: false,
		minPeers: 0,
		maxPeers: 0,
		bootnodes: [],
	} as unknown as Parameters<typeof generateClientConfig>[0]);
	// Its pool asks for a parameter of blob transactions before anybody has merged them.
	config.chainCommon.updateParams(paramsTx);
	// No peers: without it nothing listens for any.
	(config as { server: Config["server"] | undefined }).server = undefined;
	const memory = (): never => new MemoryLevel() as never;
	const client = await EthereumClient.create({
		config,
		...(customGenesisState === undefined ? {} : { genesisState: customGenesisState }),
		chainDB: memory(),
		stateDB: memory(),
		metaDB: memory(),
	});
	config.chainCommon.setForkHashes(client.chain.genesis.hash());
	await client.open();
	// It is up to date from the start: there is nobody to sync with, and transactions are welcome.
	config.updateSynchronizedState(client.chain.headers.latest);
	client.service.txPool?.checkRunState();
	await client.start();
	return client;
}

/** Its own count of them counts one that replaces another twice. */
function waiting({ service }: EthereumClient): number {
	return [...(service.txPool?.pool.values() ?? [])].reduce((sum, ofAccount) => sum + ofAccount.length, 0);
}

type Listener = ReturnType<typeof createRPCServerListener>;

async function serveRpc(manager: RPCManager): Promise<Listener> {
	const { server } = createRPCServer(manager, {
		methodConfig: MethodConfig.WithoutEngine,
		rpcDebug: "",
		rpcDebugVerbose: "",
	});
	const listener = createRPCServerListener({ server });
	await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
	return listener;
}

function engineCalls(manager: RPCManager): EngineCall {
	const methods = manager.getMethods(true);
	return async (name, parameters) => {
		try {
			return await methods[name]?.([...parameters]);
		} catch (error) {
			// It throws what JSON-RPC would answer: a code and a message.
			const { message } = error as { message?: unknown };
			throw new MeridianError("halt", "engine", `${name} refuses: ${String(message)}`, {}, { cause: error });
		}
	};
}
