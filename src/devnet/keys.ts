/** Keys that everybody knows: those of every development node's funded accounts. */
import { HDNodeWallet, Mnemonic } from "ethers";

export type DevelopmentKey = HDNodeWallet;

const MNEMONIC = Mnemonic.fromPhrase("test test test test test test test test test test test junk");

export function developmentKey(index: number): DevelopmentKey {
	return HDNodeWallet.fromMnemonic(MNEMONIC, `m/44'/60'/0'/0/${index}`);
}
