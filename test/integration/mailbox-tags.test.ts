/** The genesis code at its address, in transactions with real access lists: what cheatcodes of the Solidity tests stand for. */
import { expect } from "chai";
import { Interface, type TransactionReceipt } from "ethers";
import { network } from "hardhat";
import { before, describe, it } from "mocha";
import { MAILBOX_ADDRESS, MAILBOX_CODE } from "../../src/execute/predeploys.ts";
import { MAILBOX_ABI } from "../../src/primitives/abi.ts";

const MAILBOX = new Interface(MAILBOX_ABI);
const SESSION = `0x${"5e".repeat(32)}`;
const OTHER_ADDRESS = `0x${"0a".repeat(20)}`;
const ASCII: Readonly<Record<"bound" | "helper" | "delivery", string>> = {
	bound: "4d52444e626f6e64",
	helper: "4d52444e68656c70",
	delivery: "4d52444e646c7672",
};

const tagOf = (kind: keyof typeof ASCII, hash: string): string => `0x${ASCII[kind]}${hash.slice(2, 50)}`;

describe("Mailbox at its address (X-1, X-6, X-11)", () => {
	let send: (data: string, keys: readonly string[], address?: string) => Promise<TransactionReceipt>;
	let chainId: bigint;

	before(async () => {
		const { ethers, networkHelpers } = await network.create();
		await networkHelpers.setCode(MAILBOX_ADDRESS, MAILBOX_CODE);
		const [signer] = await ethers.getSigners();
		chainId = (await ethers.provider.getNetwork()).chainId;
		send = async (data, keys, address = MAILBOX_ADDRESS) => {
			const accessList = [{ address, storageKeys: [...keys] }];
			const sent = await signer?.sendTransaction({ to: MAILBOX_ADDRESS, data, accessList, gasLimit: 1_000_000 });
			const receipt = await sent?.wait();
			if (!receipt) throw new Error("no receipt");
			return receipt;
		};
	});

	const message = (data: string) => ({
		source: 7n,
		destination: chainId,
		nonce: 0n,
		sender: OTHER_ADDRESS,
		target: OTHER_ADDRESS,
		minGas: 0n,
		data,
	});

	async function refusal(attempt: Promise<unknown>): Promise<string> {
		try {
			await attempt;
		} catch (error) {
			return String(error);
		}
		return "";
	}

	it("fills with the helper tag in the access list, and with nothing else", async () => {
		const fill = MAILBOX.encodeFunctionData("fill", [SESSION, []]);
		const wanted = tagOf("helper", SESSION);
		const wrong: [keys: string[], address?: string][] = [
			[[]],
			[[tagOf("bound", SESSION), tagOf("delivery", SESSION)]],
			[[tagOf("helper", `0x${"5f".repeat(32)}`)]],
			[[wanted], OTHER_ADDRESS],
		];
		for (const [keys, address] of wrong) {
			expect(await refusal(send(fill, keys, address))).to.include(wanted.slice(2));
		}
		expect((await send(fill, [wanted])).status).to.equal(1);
		expect((await send(fill, [tagOf("bound", SESSION), wanted, wanted])).status).to.equal(1);
	});

	it("delivers with the delivery tag, once", async () => {
		const deliver = MAILBOX.encodeFunctionData("deliver", [message("0x1234")]);
		const missing = await refusal(send(deliver, []));
		const tag = /4d52444e646c7672[0-9a-f]{48}/.exec(missing)?.[0];
		expect(tag, missing).not.to.equal(undefined);
		const receipt = await send(deliver, [`0x${tag}`]);
		expect(receipt.status).to.equal(1);
		expect(receipt.logs.map((log) => MAILBOX.parseLog(log)?.name)).to.deep.equal(["Delivered"]);
		const id = `${tag?.slice(16)}${"0".repeat(16)}`;
		expect(receipt.logs[0]?.topics[1]).to.equal(`0x${id}`);
		// Named or in bytes, as the provider knows the contract or not: the id, and not the tag.
		expect(await refusal(send(deliver, [`0x${tag}`])))
			.to.include(id)
			.and.not.include(tag);
	});
});
