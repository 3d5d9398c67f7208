import { expect } from "chai";
import { describe, it } from "mocha";
import type { L1MessageLog } from "../../../src/derive/types.ts";
import { Execution } from "../../../src/sequencer/execution.ts";
import type { Step } from "../../../src/sequencer/steps.ts";
import { memoryStore } from "../../../src/store/open.ts";
import { messageSent } from "../../helpers/derive/timeline.ts";
import { signTx } from "../../helpers/execute/accounts.ts";
import { alice, bob, verdicts } from "../../helpers/execute/chain.ts";
import { tag, tagged } from "../../helpers/execute/mailbox.ts";
import { active, encodeAllocation, registration, rich, TIMELINE, tickOf, txItem } from "../../helpers/execute/ticks.ts";

describe("the sequencer's execution", () => {
	it("X-7: knows the messages among its steps, and not those it has undone", async () => {
		const rollup = registration({ allocation: encodeAllocation(rich([alice.address])) });
		const sent: L1MessageLog = messageSent(1, 5);
		const { chainId } = rollup.config;
		const rawTx = signTx(alice, { chainId, nonce: 0, to: bob.address, ...tagged(tag("dlvr", sent.id)) });
		const tick: Step = { kind: "tick", tick: tickOf(1, { rollups: [active(rollup)], items: [txItem(1, rawTx)] }) };
		const register: Step = { kind: "register", registration: rollup };
		const messages: Step = { kind: "messages", l1Block: 100, messages: [sent] };
		const store = await memoryStore();
		const execution = new Execution(TIMELINE, store);
		const outcomeOf = async (steps: readonly Step[]): Promise<string> => {
			const last = (await execution.sync(steps)).at(-1)?.result;
			return last === null || last === undefined ? "nothing new" : verdicts(last).join();
		};
		expect(await outcomeOf([register, messages, tick])).to.equal("included");
		expect(await outcomeOf([register, messages, tick])).to.equal("nothing new");
		expect(await outcomeOf([register, tick])).to.equal("message-not-sent");
		expect(await outcomeOf([register, { ...messages, l1Block: 101 }, tick])).to.equal("message-not-sent");
		expect(await outcomeOf([register, messages, tick])).to.equal("included");
		await store.close();
	});
});
