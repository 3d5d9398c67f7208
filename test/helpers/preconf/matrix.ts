/** What may happen to an honest promising sequencer that is not its fault, on L1 as it is (trap 25). */
import type { Receipt } from "../../../src/codec/receipt.ts";
import type { Random } from "../execute/random.ts";
import { challenge, type Verdict } from "./challenger.ts";
import { type Change, Promiser } from "./promiser.ts";
import { Publications } from "./publications.ts";
import { ABI, alice, bob, EPOCH, RightsWorld } from "./rightsWorld.ts";

/** The owner of the windows between the promising sequencer's. */
export type Predecessor = "publishes" | "late" | "never";

export interface Step {
	/** Asked for in this slot's time; a few if not said. */
	readonly asks?: number;
	/** Of a dishonest one. */
	readonly change?: Change;
}

export interface Reorg {
	/** Of four slots that were taken back so many have another block now. */
	readonly siblings?: number;
	/** The transactions that were in the blocks are not seen again. */
	readonly lost?: boolean;
	/** Nobody seals again what was sealed. */
	readonly unsealed?: boolean;
}

/** Receipts and publications that are tried at once: the newest, and some of the others. */
const NEWEST = 16;
const OTHERS = 4;
/** After this slot of an epoch the next one is prepared. */
const PREPARE_AT = 5;

export class Matrix {
	readonly world: RightsWorld;
	readonly publications: Publications;
	readonly random: Random;
	readonly sequencer: Promiser;
	readonly #neighbour: Promiser;
	predecessor: Predecessor = "publishes";
	/** Publishes before a window's last slot, too, now and then. */
	eager = true;
	#seals = true;

	private constructor(world: RightsWorld, parts: [Publications, Random, Promiser, Promiser]) {
		this.world = world;
		[this.publications, this.random, this.sequencer, this.#neighbour] = parts;
	}

	/** Alice's windows and Bob's take turns; some slots are nobody's. */
	static async open(random: Random): Promise<Matrix> {
		const delegates = (validator: number) => [alice, null, bob, null, alice, null][validator % 6] ?? null;
		const world = await RightsWorld.open({ delegates });
		const publications = new Publications(world);
		const [sequencer, neighbour] = [
			await Promiser.open(world, alice, publications),
			await Promiser.open(world, bob, publications),
		];
		return new Matrix(world, [publications, random, sequencer, neighbour]);
	}

	/** One slot's time, and its block. */
	async step(slot: number = this.world.head + 1, { asks, change }: Step = {}): Promise<void> {
		const { random, sequencer, world } = this;
		if (this.#seals) await this.#prepare(slot);
		sequencer.time = world.startOf(slot) * 1_000 - random.below(11_000);
		await sequencer.ask(asks ?? random.below(4));
		const last = await this.endsAt(slot);
		if (last || (this.eager && random.below(3) === 0)) await sequencer.publish(slot, change);
		if (this.predecessor === "publishes") await this.#neighbour.publish(slot);
		if (this.predecessor === "late") await this.#comesLate(slot);
		await world.fill(slot);
		await this.publications.collect();
		await this.sync();
	}

	async steps(count: number): Promise<void> {
		for (let i = 0; i < count; i++) await this.step();
	}

	/** L1 takes back its last blocks; some of their slots may have others then. It is as late as it was before. */
	async reorg(depth: number, { lost = false, siblings = 0, unsealed = false }: Reorg = {}): Promise<void> {
		const top = this.world.head;
		await this.world.chain.reorg(depth);
		if (lost) await this.world.chain.rpc.request("anvil_dropAllTransactions", []);
		this.#seals = !unsealed;
		await this.sync(true);
		for (let slot = this.world.head + 1; slot <= top; slot++)
			if (this.random.below(4) < siblings) await this.step(slot, { asks: 0 });
		await this.step(top + 1);
		this.#seals = true;
	}

	async sync(anew = false): Promise<void> {
		await this.sequencer.sync(anew);
		await this.#neighbour.sync(anew);
	}

	/** Whether the slot is its window's last. */
	async endsAt(slot: number): Promise<boolean> {
		const [right, next] = [await this.world.rightOf(slot), await this.world.rightOf(slot + 1)];
		return right !== null && right.minTick !== next?.minTick;
	}

	/** Whose the slot is: the sequencer's with a real window. */
	async isOwn(slot: number): Promise<boolean> {
		const right = await this.world.rightOf(slot);
		return right?.kind === 2 && right.sequencer === this.sequencer.wallet.address.toLowerCase();
	}

	/** Tries everything against the sequencer. */
	async challenge(receipts: readonly Receipt[] = this.#some(this.sequencer.receipts)): Promise<Verdict> {
		return await challenge(this.world, receipts, this.#some(this.publications.mined, NEWEST / 2));
	}

	/** The window's owner may be another by now. */
	async #comesLate(slot: number): Promise<void> {
		const right = await this.world.rightOf(slot - 1);
		if (right?.sequencer !== this.#neighbour.wallet.address.toLowerCase()) return;
		const ticks = this.#neighbour.planTicks(Math.max(right.minTick, this.#neighbour.state.lastTick + 1), right.maxTick);
		if (ticks.length > 0) await this.publications.send(this.#neighbour.wallet, this.#neighbour.state, ticks);
	}

	async #prepare(slot: number): Promise<void> {
		const { world } = this;
		const epoch = Math.floor(slot / EPOCH);
		// The state that is proved is the one before the newest block.
		if (slot % EPOCH < PREPARE_AT || Math.floor(world.chain.node.forks.ancestor(1).header.slot / EPOCH) < epoch) return;
		const { isSealed } = await world.ask(ABI.rights, world.at.rights, "sealOf", [epoch + 1]);
		if (!isSealed) await world.prepareNext({ draw: false });
	}

	#some<T>(values: readonly T[], newest = NEWEST): readonly T[] {
		const [old, recent] = [values.slice(0, -newest), values.slice(-newest)];
		const others = old.length === 0 ? [] : Array.from({ length: OTHERS }, () => this.random.pick(old));
		return [...new Set([...others, ...recent])];
	}
}
