/**
 * ethereumjs analyses a contract's jump destinations anew in every call frame, which costs more than a token transfer itself.
 * The state gives the same array for the same code, so the analysis can be kept per array.
 *
 * The method is private and behind the package's `exports`; it is reached by the resolved path. If a version of the package
 * has none of that name, calls are slower and otherwise the same (a test holds that the pinned version has it).
 */

type Analysis = object;
interface Analyser {
	_getValidJumpDestinations(code: Uint8Array): Analysis;
}

const analyses = new WeakMap<Uint8Array, Analysis>();

/** Whether the cache is in place. Every rollup has the same rules, so an analysis holds for all of them. */
export const jumpCacheInstalled: boolean = await install();

async function install(): Promise<boolean> {
	let prototype: Partial<Analyser> | undefined;
	try {
		const path = new URL("./interpreter.js", import.meta.resolve("@ethereumjs/evm"));
		const module = (await import(path.href)) as { Interpreter?: { prototype?: Partial<Analyser> } };
		prototype = module.Interpreter?.prototype;
	} catch {
		return false;
	}
	const analyse = prototype?._getValidJumpDestinations;
	if (prototype === undefined || typeof analyse !== "function" || analyse.length !== 1) return false;
	prototype._getValidJumpDestinations = function (this: Analyser, code: Uint8Array): Analysis {
		let analysis = analyses.get(code);
		if (analysis === undefined) {
			analysis = analyse.call(this, code);
			analyses.set(code, analysis);
		}
		return analysis;
	};
	return true;
}
