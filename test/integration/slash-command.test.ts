/** What covers promises, and holding a sequencer to them, as a stranger does it: with commands, receipts in files and an L1 (P-4 to P-11). */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { commit } from "../../bench/commitments.ts";
import { formatReceipt, type Receipt } from "../../src/codec/receipt.ts";
import type { Hash32, Hex } from "../../src/primitives/types.ts";
import { seededRandom } from "../helpers/execute/random.ts";
import { type Ended, lastLine, meridian, meridianPaid } from "../helpers/node/commands.ts";
import { alice, bob, challenger } from "../helpers/preconf/rightsWorld.ts";
import { useTrial } from "../helpers/preconf/trial.ts";

const OTHER_ITEM: Hash32 = `0x${"12".repeat(32)}`;

describe("meridian slash and meridian bond", function () {
	this.timeout(120_000);
	const trial = useTrial(seededRandom(31));
	let folder: string;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "meridian-slash-"));
	});
	after(async () => await rm(folder, { recursive: true, force: true }));

	const world = () => trial().matrix.world;
	const l1 = (): string[] => ["--l1", world().chain.url];
	const timeline = (): string[] => [...l1(), "--inbox", world().at.inbox, "--json"];
	const bond = (): string[] => [...l1(), "--slasher", world().at.slasher, "--json"];

	async function file(name: string, text: string): Promise<string> {
		const path = join(folder, name);
		await writeFile(path, text);
		return path;
	}

	/** A command that waits for a block: L1 goes on meanwhile. */
	async function mining(command: Promise<Ended>): Promise<Ended> {
		let over = false;
		const ended = command.finally(() => (over = true));
		while (!over) {
			const waiting = (await world().chain.rpc.request("txpool_status", [])) as { pending: Hex };
			if (Number(waiting.pending) > 0) await world().fill();
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		return await ended;
	}

	/** Promises two items in Alice's next window. */
	async function promised(): Promise<{ readonly receipt: Receipt; readonly last: number }> {
		const { grow, matrix, promiseAtEnd } = trial();
		await grow(8);
		const last = await promiseAtEnd(2);
		return { receipt: matrix.sequencer.receipts.at(-1) as Receipt, last };
	}

	async function otherPromise({ chainId, index, slasher, tick, timeline: inbox, ...rest }: Receipt): Promise<Receipt> {
		const place = { tick, index, itemHash: OTHER_ITEM };
		const { signature } = await commit(alice, { chainId, slasher, timeline: inbox }, place);
		return { ...rest, chainId, slasher, timeline: inbox, ...place, signature: signature as Hex };
	}

	it("says that a promise can still be kept, and that it is kept, and shows nothing then", async () => {
		const { last, receipt } = await promised();
		const path = await file("receipt.json", formatReceipt(receipt));
		const open = await meridian("slash", ...timeline(), "--receipt", path);
		expect(open.code, open.err).to.equal(1);
		expect(lastLine(open.out)).to.include({ kind: "open" });
		await trial().matrix.step(last, { asks: 0 });
		await trial().matrix.step();
		const kept = await meridianPaid(challenger.privateKey, "slash", ...timeline(), "--receipt", path, "--send");
		expect(kept.code, kept.err).to.equal(1);
		expect(lastLine(kept.out)).to.include({ kind: "kept" });
	});

	it("finds what contradicts a promise, shows it once, and is paid for it", async () => {
		const { last, receipt } = await promised();
		await trial().matrix.step(last, { asks: 0, change: (ticks) => ticks.map((tick) => ({ ...tick, items: [] })) });
		await trial().matrix.step();
		const path = await file("broken.json", formatReceipt(receipt));
		const looked = await meridian("slash", ...timeline().slice(0, -1), "--receipt", path);
		expect(looked.code).to.equal(0);
		expect(looked.out).to.match(/^tick \d+ is of 0x[0-9a-f]{40}, \d+ slots? up to \d+$/m);
		expect(looked.out).to.match(/broken \(contradiction\): publication \d+ \(L1 block \d+\) has 0 items in tick/);
		expect(looked.out).to.include("it costs the sequencer 1.0 ETH; --send shows it");

		const before = await world().bondOf(alice);
		const args = ["slash", ...timeline(), "--receipt", path, "--send", "--slasher", world().at.slasher];
		const shown = await mining(meridianPaid(challenger.privateKey, ...args));
		expect(shown.code, shown.err).to.equal(0);
		const tenth = `${10n ** 17n}`;
		expect(lastLine(shown.out)).to.include({ kind: "broken", fault: "contradiction", accepted: true, reward: tenth });
		expect(before - (await world().bondOf(alice))).to.equal(10n ** 18n);

		const again = await meridianPaid(challenger.privateKey, ...args);
		expect(again.code).to.equal(1);
		expect(lastLine(again.out)).to.include({ kind: "broken", accepted: false });
		expect(again.out).to.match(/refusal":"L1 would refuse it: AlreadyShown\(/);
	});

	it("holds two promises of one place to each other", async () => {
		const { last, receipt } = await promised();
		await trial().matrix.step(last, { asks: 0 });
		const [one, two] = [
			await file("one.json", formatReceipt(receipt)),
			await file("two.json", formatReceipt(await otherPromise(receipt))),
		];
		const args = ["slash", ...timeline(), "--receipt", one, "--other", one, two];
		const shown = await mining(meridianPaid(challenger.privateKey, ...args, "--send"));
		expect(shown.code, shown.err).to.equal(0);
		expect(lastLine(shown.out)).to.include({ fault: "equivocation", accepted: true, amount: `${10n ** 18n}` });
	});

	it("refuses in words what is no promise of this timeline's", async () => {
		const { receipt } = await promised();
		const path = await file("good.json", formatReceipt(receipt));
		const stranger = await file("stranger.json", formatReceipt({ ...receipt, sequencer: world().at.inbox }));
		const other = { ...receipt, tick: receipt.tick + 10_000 };
		const far = await file("far.json", formatReceipt(await otherPromise(other)));
		const cases: readonly (readonly [readonly string[], RegExp])[] = [
			[["--receipt", join(folder, "none.json")], /none\.json cannot be read/],
			[["--receipt", stranger], /no good receipt \(signer\)/],
			[["--receipt", far], /Tick \d+ belongs to nobody that L1 knows of, not to 0x[0-9a-f]{40}/],
			[["--receipt", path, "--slasher", world().at.registry], /names the slasher 0x[0-9a-f]{40}, not 0x/],
			[["--receipt", path, "--send"], /No key to pay on L1 with/],
		];
		for (const [args, words] of cases) {
			const refused = await meridian("slash", ...timeline(), ...args);
			expect([refused.code, refused.out], refused.err).to.deep.equal([2, ""]);
			expect(refused.err)
				.to.match(words)
				.and.not.match(/\n\s+at /);
		}
	});

	it("gives, shows and takes back a bond", async () => {
		const pay = (...args: string[]): Promise<Ended> => mining(meridianPaid(bob.privateKey, "bond", ...args, ...bond()));
		const bobs = bob.address.toLowerCase();
		const before = await world().bondOf(bob);
		const added = await pay("add", "--amount", "0.5");
		expect(added.code, added.err).to.equal(0);
		const after = `${before + 5n * 10n ** 17n}`;
		expect(lastLine(added.out)).to.include({ action: "add", sequencer: bobs, bond: after, leavesAt: 0 });
		const early = await pay("take");
		expect(early.code).to.equal(2);
		expect(early.err).to.match(/NotLeaving\(sequencer 0x.*\)[\s\S]*meridian bond leave/);
		const left = await pay("leave");
		expect(lastLine(left.out)).to.include({ action: "startLeaving" });
		const shown = await meridian("bond", "show", ...bond(), "--sequencer", bob.address);
		const state = lastLine(shown.out) as { readonly leavesAt: number; readonly bond: string; readonly inbox: string };
		expect(state).to.include({ bond: after, inbox: world().at.inbox });
		expect(state.leavesAt).to.be.above(world().startOf(world().head));
		expect((await pay("take")).err).to.match(/StillBonded/);
		expect(lastLine((await pay("stay")).out)).to.include({ action: "stay", leavesAt: 0 });
		const nowhere = await meridian("bond", "show", ...l1(), "--slasher", world().at.inbox, "--sequencer", bobs);
		expect(nowhere.code).to.equal(2);
		expect(nowhere.err).to.match(/There is no PreconfSlasher at 0x/);
	});
});
