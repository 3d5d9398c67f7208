/** Proofs and commands against the real oracle and registry, on the devnet's own beacon chain. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interopSecretKey } from "@lodestar/state-transition";
import { expect } from "chai";
import { HDNodeWallet, JsonRpcProvider, Mnemonic } from "ethers";
import { after, before, describe, it } from "mocha";
import { type BeaconChain, openBeaconAnvil } from "../../src/devnet/beacon/chain.ts";
import { beaconApi } from "../../src/l1/beacon/api.ts";
import { LOOKAHEAD_ORACLE, readOracleClock, readProposers } from "../../src/l1/beacon/oracle.ts";
import { openProver, type StateProver } from "../../src/l1/beacon/prover.ts";
import { readDelegate } from "../../src/l1/beacon/registry.ts";
import { bytesToHex } from "../../src/primitives/bytes.ts";
import type { Address, Hex } from "../../src/primitives/types.ts";
import { createL1Account } from "../../src/sequencer/l1-account.ts";
import { sendCall } from "../../src/sequencer/l1-send.ts";
import { LookaheadOracle__factory } from "../../typechain-types/factories/l1/rights/LookaheadOracle__factory.ts";
import { ProposerRegistry__factory } from "../../typechain-types/factories/l1/rights/ProposerRegistry__factory.ts";
import { FULU_LAYOUT } from "../helpers/l1/beaconState.ts";
import { deployed } from "../helpers/l1/deployed.ts";
import { codeOf } from "../helpers/l1/errors.ts";

const GENESIS = 1_800_000_000;
const EPOCH = 32;
const ROOT = new URL("../../", import.meta.url);
const mnemonic = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const account = (index: number): HDNodeWallet => HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/0'/0/${index}`);
const [payer, withdrawer, delegate, other] = [account(0), account(1), account(2), account(3)] as const;
const addressOf = (wallet: { readonly address: string }): Address => wallet.address.toLowerCase() as Address;

interface Ended {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
	// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of many shapes
	readonly json: any;
}

function meridian(args: readonly string[], key?: string): Promise<Ended> {
	const { MERIDIAN_KEY: _, ...env } = process.env;
	const options = { cwd: ROOT, env: key === undefined ? env : { ...env, MERIDIAN_KEY: key } };
	return new Promise((resolve) => {
		const child = execFile(process.execPath, ["src/cli/main.ts", ...args], options, (_error, stdout, stderr) => {
			const last = stdout.trimEnd().split("\n").at(-1) ?? "";
			resolve({ code: child.exitCode ?? -1, stdout, stderr, json: last.startsWith("{") ? JSON.parse(last) : {} });
		});
	});
}

describe("proofs of the beacon chain, on anvil", function () {
	this.timeout(180_000);
	let chain: BeaconChain;
	let oracle: Address;
	let registry: Address;
	let folder: string;

	const head = (): number => chain.node.forks.head.header.slot;
	const epochNow = (): number => Math.floor(head() / EPOCH);
	const fill = async (slot: number): Promise<void> => await chain.slot(GENESIS + 12 * slot);
	const call = (data: string): Promise<unknown> => chain.rpc.request("eth_call", [{ to: oracle, data }, "latest"]);
	const proverAt = async (slot: number, validators: readonly number[] = []): Promise<StateProver> =>
		await openProver({
			rpc: chain.rpc,
			beacon: beaconApi(chain.beaconUrl),
			oracle,
			clock: await readOracleClock(chain.rpc, oracle),
			timestamp: GENESIS + 12 * slot,
			validators,
		});
	const publishing = (prover: StateProver, half: 0 | 1): Hex => {
		const { branch, chunks, state } = prover.lookahead(half);
		return LOOKAHEAD_ORACLE.encodeFunctionData("publish", [state, half, chunks, branch]) as Hex;
	};
	const send = async (data: Hex): Promise<boolean> => {
		const sender = await createL1Account(chain.rpc.request, payer);
		const hash = await sendCall(chain.rpc.request, sender, { to: oracle, data, value: 0n, gasLimit: 1_000_000n });
		await fill(head() + 1);
		return (await sender.receipt(hash))?.success ?? false;
	};
	const foretold = async (epoch: number): Promise<number[]> => {
		const answer = await fetch(`${chain.beaconUrl}/eth/v1/validator/duties/proposer/${epoch}`);
		const { data } = (await answer.json()) as { data: { validator_index: string }[] };
		return data.map(({ validator_index }) => Number(validator_index));
	};
	/** Fills slots as long as the command runs. */
	const run = async (args: readonly string[], key?: string): Promise<Ended> => {
		const running = { done: false };
		const ended = meridian(["--", ...args].slice(1), key).finally(() => {
			running.done = true;
		});
		while (!running.done) {
			await fill(head() + 1);
			await sleep(100);
		}
		return await ended;
	};
	const at = () => ["--l1", chain.url, "--give-up", "2"];

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "meridian-beacon-"));
		chain = await openBeaconAnvil({ genesisTime: GENESIS, withdrawalAddress: () => addressOf(withdrawer) });
		const provider = new JsonRpcProvider(chain.url, undefined, {
			staticNetwork: true,
			cacheTimeout: -1,
			pollingInterval: 20,
		});
		const signer = payer.connect(provider);
		const oracleOf = new LookaheadOracle__factory(signer);
		oracle = await deployed(oracleOf.deploy(GENESIS, 12, EPOCH, payer.address, 10, FULU_LAYOUT));
		registry = await deployed(new ProposerRegistry__factory(signer).deploy(oracle, "0x00000000"));
		provider.destroy();
		await chain.startSlots();
	});
	after(async () => {
		await chain?.stop();
		await rm(folder, { recursive: true });
	});

	it("records this epoch's proposers and the next's, which then propose (R-5, R-6)", async () => {
		await fill(10);
		const prover = await proverAt(10);
		for (const half of [0, 1] as const) {
			expect(await send(publishing(prover, half))).to.equal(true);
			expect(await readProposers(chain.rpc, oracle, half)).to.deep.equal(await foretold(half));
		}
		const recorded = (await readProposers(chain.rpc, oracle, 0)) ?? [];
		expect(recorded[head()]).to.equal(chain.node.forks.head.header.proposerIndex);
	});

	it("is right though the first slots of the epoch were missed, and says so from the state before them (trap 22)", async () => {
		await fill(EPOCH - 1);
		await fill(EPOCH + 3);
		// The block of slot 35 knows the state of slot 31: that is still epoch 0.
		const before = await proverAt(EPOCH + 3);
		expect(before.state.header.slot).to.equal(EPOCH - 1);
		expect([before.lookahead(0).epoch, before.lookahead(1).epoch]).to.deep.equal([0, 1]);
		await fill(EPOCH + 4);
		const now = await proverAt(EPOCH + 4);
		expect(await send(publishing(now, 1))).to.equal(true);
		expect(await readProposers(chain.rpc, oracle, 2)).to.deep.equal(await foretold(2));
		expect(now.lookahead(0).proposers).to.deep.equal(await readProposers(chain.rpc, oracle, 1));
		// Missed slots have no root.
		expect(await codeOf(proverAt(EPOCH))).to.equal("retry no-beacon-root");
	});

	it("is refused with any word changed, missing or added (INV-RIGHTS-3, trap 21)", async () => {
		const prover = await proverAt(head());
		const whole = publishing(prover, 0);
		await call(whole);
		const { branch, chunks, state } = prover.lookahead(0);
		const encode = (...parameters: unknown[]): string => LOOKAHEAD_ORACLE.encodeFunctionData("publish", parameters);
		const wrong = [
			// The selector and the offsets are the ABI's; every word after them is the proof's.
			...Array.from({ length: (whole.length - 10) / 64 }, (_, word) => {
				const place = 10 + 64 * word + 63;
				return `${whole.slice(0, place)}${whole[place] === "3" ? "c" : "3"}${whole.slice(place + 1)}`;
			}),
			encode(state, 0, chunks, branch.slice(1)),
			encode(state, 0, chunks, [...branch, branch[0]]),
			encode(state, 0, chunks.slice(1), branch),
			encode(state, 0, [...chunks, chunks[0]], branch),
			encode({ ...state, forkBranch: state.forkBranch.slice(1) }, 0, chunks, branch),
			encode({ ...state, forkBranch: [...state.forkBranch, branch[0]] }, 0, chunks, branch),
		];
		for (const [place, data] of wrong.entries())
			expect(
				await call(data).then(
					() => "accepted",
					() => "refused",
				),
				`change ${place}`,
			).to.equal("refused");
	});

	it("records mixes and checks validators (R-7, R-8)", async () => {
		const prover = await proverAt(head(), [0, 63]);
		const { branch, mix, state } = prover.mix(epochNow() - 1);
		await call(LOOKAHEAD_ORACLE.encodeFunctionData("recordMix", [state, epochNow() - 1, mix, branch]));
		const contract = LookaheadOracle__factory.createInterface();
		for (const index of [0, 63]) {
			const proof = prover.validator(index);
			const parameters = (of: number) => [proof.state, of, [...proof.fields], [...proof.branch]] as never;
			await call(contract.encodeFunctionData("checkValidator", parameters(index)));
			const refused = await codeOf(call(contract.encodeFunctionData("checkValidator", parameters(index ^ 1))));
			expect(refused).to.equal("retry rpc-error");
		}
	});

	it("proves nothing from a block that a sibling has replaced (trap 15)", async () => {
		const slot = head();
		await fill(slot + 1);
		await fill(slot + 2);
		const orphaned = publishing(await proverAt(slot + 2), 1);
		await call(orphaned);
		await chain.reorg(2);
		await fill(slot + 3);
		expect(await codeOf(call(orphaned))).to.equal("retry rpc-error");
		expect(await codeOf(proverAt(slot + 2))).to.equal("retry no-beacon-root");
		await call(publishing(await proverAt(slot + 3), 1));
	});

	it("prove, publish, show: as commands", async () => {
		const beacon = ["--beacon", chain.beaconUrl, "--oracle", oracle];
		const proved = await run(["lookahead", "prove", ...at(), ...beacon, "--validator", "3", "--json"]);
		expect(proved.code, proved.stderr).to.equal(0);
		expect(proved.json.validators[0].publicKey).to.equal(bytesToHex(interopSecretKey(3).toPublicKey().toBytes()));
		// A whole epoch ahead, so that the slots filled meanwhile do not reach it.
		await fill((epochNow() + 1) * EPOCH);
		const published = await run(["lookahead", "publish", ...at(), ...beacon, "--mix", "0", "--json"], payer.privateKey);
		expect(published.code, published.stderr).to.equal(0);
		const { epoch } = published.json;
		expect(published.json.proposers).to.deep.equal(await readProposers(chain.rpc, oracle, epoch));
		const again = await run(
			["lookahead", "publish", ...at(), ...beacon, "--epoch", String(epoch), "--json"],
			payer.privateKey,
		);
		expect(again.json).to.deep.equal({ epoch, published: false });
		const shown = await run(["lookahead", "show", ...at(), "--oracle", oracle, "--epoch", String(epoch), "--json"]);
		const validators = shown.json.slots.map((row: { validatorIndex: number }) => row.validatorIndex);
		expect(validators).to.deep.equal(published.json.proposers);
		// From a state long past, which the beacon node still has.
		const past = await run(["lookahead", "prove", ...at(), ...beacon, "--epoch", "1", "--json"]);
		expect(past.json.lookahead.proposers, past.stderr).to.deep.equal(await readProposers(chain.rpc, oracle, 1));
		const unknown = await run(["lookahead", "show", ...at(), "--oracle", oracle, "--epoch", "99"]);
		expect([unknown.code, unknown.stderr.split("\n").length]).to.deep.equal([2, 3]);
		const ahead = await run(["lookahead", "prove", ...at(), ...beacon, "--epoch", "99"]);
		expect(ahead.stderr).to.include("L1 is in epoch");
		const noOracle = await run(["lookahead", "show", ...at(), "--oracle", addressOf(other)]);
		expect(noOracle.stderr).to.include("no lookahead oracle");
	});

	it("bind by withdrawal address and by key, delegate, status: as commands (R-8 to R-11)", async () => {
		const where = [...at(), "--registry", registry];
		const beacon = [...where, "--beacon", chain.beaconUrl];
		const naming = (index: number) => [...beacon, "--validator", String(index), "--delegate", delegate.address];
		const stranger = await run(["proposer", "bind", ...naming(7)], other.privateKey);
		expect(stranger.stderr).to.include("is not the withdrawal address of validator 7");
		expect(stranger.code).to.equal(2);
		const bound = await run(["proposer", "bind", ...naming(7), "--json"], withdrawer.privateKey);
		expect(bound.code, bound.stderr).to.equal(0);
		const keyFile = join(folder, "key");
		await writeFile(keyFile, `${interopSecretKey(8).toHex()}\n`);
		const wrongKey = await run(["proposer", "bind", ...naming(9), "--bls-key-file", keyFile], other.privateKey);
		expect(wrongKey.stderr).to.include("not that of validator 9");
		const byKey = await run(["proposer", "bind", ...naming(8), "--bls-key-file", keyFile, "--json"], other.privateKey);
		expect(byKey.code, byKey.stderr).to.equal(0);
		const notNamed = await run(["proposer", "delegate", ...where, "--validator", "7"], other.privateKey);
		expect(notNamed.stderr).to.include(`Validator 7 has named ${addressOf(delegate)}`);
		const early = await run(["proposer", "delegate", ...where, "--validator", "7", "--resign"], delegate.privateKey);
		expect(early.stderr).to.include("L1 would refuse it: NotDelegate(validatorIndex 7");
		const accepted = await run(
			["proposer", "delegate", ...where, "--validator", "7", "8", "--json"],
			delegate.privateKey,
		);
		expect(accepted.code, accepted.stderr).to.equal(0);
		await fill((epochNow() + 3) * EPOCH);
		const status = await run(["proposer", "status", ...where, "--validator", "7", "8", "9", "--json"]);
		const [seven, eight, nine] = status.json.validators;
		expect(seven).to.deep.equal({
			validatorIndex: 7,
			delegates: Array(3).fill(addressOf(delegate)),
			named: null,
			nonce: 1,
		});
		expect(eight.delegates).to.deep.equal(seven.delegates);
		expect(nine.delegates).to.deep.equal([null, null, null]);
		const resigned = await run(
			["proposer", "delegate", ...where, "--validator", "8", "--resign", "--json"],
			delegate.privateKey,
		);
		expect(resigned.code, resigned.stderr).to.equal(0);
		await fill((epochNow() + 3) * EPOCH);
		expect(await readDelegate(chain.rpc, registry, 8, epochNow())).to.match(/^0x0{40}$/);
		expect(await readDelegate(chain.rpc, registry, 7, epochNow())).to.equal(addressOf(delegate));
	});
});
