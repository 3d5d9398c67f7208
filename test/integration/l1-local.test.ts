import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { describe, it } from "mocha";
import { startAnvil, startHardhatNode } from "../../src/l1/local.ts";

async function rpc(url: string, method: string, params: unknown[] = []): Promise<unknown> {
	const response = await fetch(url, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
	});
	return ((await response.json()) as { result: unknown }).result;
}

async function answers(url: string): Promise<boolean> {
	return await rpc(url, "eth_chainId").then(
		() => true,
		() => false,
	);
}

describe("l1/local", () => {
	it("starts anvil as asked on a free port and ends it", async () => {
		const anvil = await startAnvil({ chainId: 4242, timestamp: 1_900_000_000, noMining: true });
		try {
			expect(await rpc(anvil.url, "eth_chainId")).to.equal("0x1092");
			const block = (await rpc(anvil.url, "eth_getBlockByNumber", ["0x0", false])) as { timestamp: string };
			expect(Number(block.timestamp)).to.equal(1_900_000_000);
			const second = await startAnvil();
			expect(second.url).to.not.equal(anvil.url);
			await second.stop();
		} finally {
			await anvil.stop();
			await anvil.stop();
		}
		expect(await answers(anvil.url)).to.equal(false);
	});

	it("starts hardhat node and ends it", async () => {
		const node = await startHardhatNode({ chainId: 4243 });
		try {
			expect(await rpc(node.url, "eth_chainId")).to.equal("0x1093");
		} finally {
			await node.stop();
		}
		expect(await answers(node.url)).to.equal(false);
	});

	it("says why a node did not start", async () => {
		const error = await startAnvil({ extra: ["--no-such-flag"] }).catch((thrown: unknown) => thrown);
		expect(error).to.have.property("code", "l1-start");
		expect(error).to.have.property("message").that.includes("ended before it answered");
	});

	for (const signal of ["SIGINT", "SIGKILL"] as const) {
		it(`leaves no anvil behind when the process that started it dies by ${signal}`, async () => {
			const script = `import { startAnvil } from "./src/l1/local.ts";
				const anvil = await startAnvil();
				console.log(anvil.url);
				setInterval(() => {}, 1000);`;
			const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
				stdio: ["ignore", "pipe", "inherit"],
			});
			const url = await new Promise<string>((resolve) =>
				parent.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
			);
			expect(await answers(url)).to.equal(true);
			parent.kill(signal);
			for (let i = 0; i < 100 && (await answers(url)); i++) await sleep(50);
			expect(await answers(url)).to.equal(false);
		});
	}
});
