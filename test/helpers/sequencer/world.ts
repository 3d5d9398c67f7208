/** An anvil with a timeline, a sequencer and a reader on it, driven slot by slot by a test. */

import * as deployment from "../../../deploy/index.ts";
import { tickAt } from "../../../src/derive/clock.ts";
import type { Chain } from "../../../src/devnet/chain.ts";
import { openChain } from "../../../src/devnet/open-chain.ts";
import type { DevnetOptions } from "../../../src/devnet/options.ts";
import { setUp } from "../../../src/devnet/setup.ts";
import { USERS } from "../../../src/devnet/users.ts";
import { openWorld, type World } from "../../../src/devnet/world.ts";
import { hexToBytes } from "../../../src/primitives/bytes.ts";
import type { Hash32, RollupId, Tick } from "../../../src/primitives/types.ts";
import { QUICK } from "./options.ts";

export class TestWorld {
	readonly world: World;
	readonly #chain: Chain;
	#slot = 0;
	readonly #nonces = new Map<string, number>();

	private constructor(chain: Chain, world: World) {
		this.#chain = chain;
		this.world = world;
	}

	static async open(changes: Partial<DevnetOptions> = {}): Promise<TestWorld> {
		const chain = await openChain("anvil");
		const options = { ...QUICK, ...changes };
		const world = await openWorld(chain, await setUp(chain, deployment, options), options);
		await chain.startSlots();
		const opened = new TestWorld(chain, world);
		await opened.slot();
		return opened;
	}

	/** L1 timestamp of the slot that has begun last. */
	get time(): number {
		return this.world.setup.start + (this.#slot - 1) * QUICK.slotSeconds;
	}

	/** First tick of that slot. */
	get tick(): Tick {
		return tickAt(this.world.sequencer.timeline.config, this.time);
	}

	/** Mines the next slot's block; the sequencer takes it in. */
	async slot() {
		const { setup } = this.world;
		await this.#chain.slot(setup.start + this.#slot++ * QUICK.slotSeconds);
		return await this.world.sequencer.sync();
	}

	/** A transfer of the first user that the sequencer must take. */
	async transfer(rollupId: RollupId, wei = 1n): Promise<Hash32> {
		const [sender, recipient] = USERS;
		if (sender === undefined || recipient === undefined) throw new Error("no users");
		const nonce = this.#nonces.get(String(rollupId)) ?? 0;
		const chainId = this.world.setup.rollups.find((rollup) => rollup.rollupId === rollupId)?.chainId ?? 0;
		const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n, gasLimit: 21_000n };
		const raw = await sender.wallet.signTransaction({
			type: 2,
			chainId,
			nonce,
			to: recipient.address,
			value: wei,
			...fees,
		});
		const answer = this.world.sequencer.submit(rollupId, hexToBytes(raw));
		if (!answer.ok) throw new Error(answer.message);
		this.#nonces.set(String(rollupId), nonce + 1);
		return answer.hash;
	}

	/** Replaces the last blocks of L1 by empty ones; nothing of them is mined again by itself. */
	async reorg(depth: number): Promise<void> {
		await this.#chain.rpc.request("anvil_reorg", [depth, []]);
	}

	/** Publishes and mines until L1 has all that the sequencer has, and gives what a reader finds there. */
	async settle() {
		const { reader, sequencer } = this.world;
		for (let slot = 0; slot < 8 && sequencer.safeState.lastTick < sequencer.unsafeState.lastTick; slot++) {
			await sequencer.publish(this.tick + 1);
			await this.slot();
		}
		const included: Hash32[] = [];
		for await (const event of reader.run({ until: "latest" })) {
			if (event.kind === "reorg") included.length = 0;
			if (event.kind !== "tick") continue;
			for (const { legs, outcome } of event.record.positions)
				if (outcome?.kind === "included" && legs[0] !== undefined) included.push(legs[0].txHash);
		}
		return { included, heads: reader.heads() };
	}

	async close(): Promise<void> {
		await this.world.close();
		await this.#chain.stop();
	}
}
