/**
 * A promising sequencer in a process that a test kills: argv is the journal's directory and how many rounds to go. Prints each receipt once
 * it has left, and each tick as it would be published, one JSON object a line.
 */

import { itemHash } from "../../../src/codec/itemHash.ts";
import { bytesToHex } from "../../../src/primitives/bytes.ts";
import { openStore } from "../../../src/store/open.ts";
import { PromiseWorld, transfer, users } from "./world.ts";

const [, , directory = "", rounds = "0"] = process.argv;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const world = await PromiseWorld.open(await openStore(directory).catch(() => process.exit(1)));
const nonces = users.map(() => 0);
for (const tick of world.journal.ticks)
	for (const { item } of world.journal.itemsOf(tick)) {
		const to = item.kind === "tx" ? bytesToHex(item.leg.rawTx) : "";
		const user = users.findIndex(({ address }) => to.includes(address.slice(2).toLowerCase()));
		nonces[user] = (nonces[user] ?? 0) + 1;
	}
say({ kind: "open" });
for (let round = 0; round < Number(rounds); round++) {
	const sent = await Promise.all(
		users.map(async (_, user) => {
			const nonce = nonces[user] ?? 0;
			// Another value in every process: what is signed for a place again would be another item.
			const leg = await transfer({ user, nonce, value: BigInt(process.pid) });
			const answer = await world.send(leg);
			if (answer.ok) say({ kind: "receipt", receipt: answer.receipt });
			return answer.ok;
		}),
	);
	for (const [user, ok] of sent.entries()) if (ok) nonces[user] = (nonces[user] ?? 0) + 1;
	if (round % 3 !== 2) continue;
	const tick = world.next;
	await world.promises.close(tick);
	const items = world.promises.itemsOf(tick).map((item) => bytesToHex(itemHash(item)));
	say({ kind: "published", tick, items });
	world.nowMs += 2_000;
}
await world.journal.shut();
