/** Amounts of ETH as people write them. */
import { parseEther } from "ethers";
import { MeridianError } from "../../primitives/errors.ts";

const GWEI = 1_000_000_000n;

/** Wei. Throws `usage` (`bad-amount`) for what is no amount, nothing, or no whole gwei. */
export function parseAmount(text: string): bigint {
	const bad = (why: string): MeridianError =>
		new MeridianError(
			"usage",
			"bad-amount",
			`--amount ${text}: ${why}; give ETH like 0.5, at least one gwei, whole gwei`,
		);
	if (!/^\d+(\.\d{1,18})?$/.test(text)) throw bad("not an amount of ETH");
	const wei = parseEther(text);
	if (wei === 0n || wei % GWEI !== 0n) throw bad(wei === 0n ? "nothing" : "not whole gwei");
	return wei;
}
