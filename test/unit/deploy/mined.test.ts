import { expect } from "chai";
import { ethers } from "ethers";
import { describe, it } from "mocha";
import { mined } from "../../../deploy/mined.ts";
import { codeOf } from "../../helpers/l1/errors.ts";
import { serve } from "../../helpers/l1/server.ts";

const HASH = `0x${"ab".repeat(32)}`;
const RECEIPT = {
	transactionHash: HASH,
	blockHash: `0x${"cd".repeat(32)}`,
	blockNumber: "0x7",
	from: ethers.ZeroAddress,
	to: ethers.ZeroAddress,
	contractAddress: null,
	transactionIndex: "0x0",
	gasUsed: "0x5208",
	cumulativeGasUsed: "0x5208",
	effectiveGasPrice: "0x1",
	logsBloom: `0x${"00".repeat(256)}`,
	logs: [],
	type: "0x2",
};

/** A chain that stays at block 7, which holds the transaction; the first questions for its receipt came just before that block. */
async function ask(status: string, early: number) {
	const answers: Record<string, () => unknown> = {
		eth_chainId: () => "0x1",
		eth_blockNumber: () => "0x7",
		eth_getTransactionByHash: () => null,
		eth_getTransactionReceipt: () => (early-- > 0 ? null : { ...RECEIPT, status }),
	};
	const one = ({ id, method }: { id: number; method: string }) => ({ jsonrpc: "2.0", id, result: answers[method]?.() });
	const server = await serve((_path, body) => {
		const asked = JSON.parse(body);
		return { kind: "json", json: Array.isArray(asked) ? asked.map(one) : one(asked) };
	});
	const provider = new ethers.JsonRpcProvider(server.url, 1, {
		staticNetwork: true,
		pollingInterval: 5,
		cacheTimeout: -1,
	});
	const sent = { hash: HASH, provider } as unknown as ethers.TransactionResponse;
	const close = async (): Promise<void> => {
		provider.destroy();
		await server.close();
	};
	return { sent, close };
}

describe("waiting for a transaction", () => {
	it("finds its receipt though no block comes after it", async () => {
		const { close, sent } = await ask("0x1", 3);
		try {
			expect((await mined(sent)).blockNumber).to.equal(7);
		} finally {
			await close();
		}
	});

	it("gives up when the node has not known it for long", async () => {
		const { close, sent } = await ask("0x1", Number.POSITIVE_INFINITY);
		try {
			expect(await codeOf(mined(sent, { goneMs: 100 }))).to.equal("halt dropped");
		} finally {
			await close();
		}
	});

	it("says that it failed, and where", async () => {
		const { close, sent } = await ask("0x0", 1);
		try {
			expect(await codeOf(mined(sent))).to.equal("halt reverted");
		} finally {
			await close();
		}
	});
});
