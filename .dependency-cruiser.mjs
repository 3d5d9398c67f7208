/**
 * The direction of imports: primitives <- codec <- derive <- {l1, execute, store} <- {node, sequencer} <- {cli, web}.
 * A layer may use those before it, never those after it or beside it, unless said here. Type imports count as well.
 */

/** Folder of `src` -> folders of `src` it may import from, itself always included. */
const LAYERS = {
	primitives: [],
	codec: ["primitives"],
	derive: ["primitives", "codec"],
	l1: ["primitives", "codec", "derive"],
	store: ["primitives", "codec", "derive"],
	// The executor keeps its state in a store.
	execute: ["primitives", "codec", "derive", "store"],
	node: ["primitives", "codec", "derive", "l1", "execute", "store"],
	sequencer: ["primitives", "codec", "derive", "l1", "execute", "store"],
	web: ["primitives", "codec", "derive", "l1", "execute", "store", "node", "sequencer"],
	devnet: ["primitives", "codec", "derive", "l1", "execute", "store", "node", "sequencer"],
	// The command line puts everything together.
	cli: ["primitives", "codec", "derive", "l1", "execute", "store", "node", "sequencer", "web", "devnet"],
};

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
	name: `layer-${layer}`,
	comment: `src/${layer} may import from ${["itself", ...allowed].join(", ")} only`,
	severity: "error",
	from: { path: `^src/${layer}/` },
	to: { path: "^src/", pathNot: `^src/(${[layer, ...allowed].join("|")})/` },
}));

export default {
	forbidden: [
		...layerRules,
		{ name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
		{ name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
		{
			name: "derive-is-pure",
			comment: "derivation has no socket, clock, file or environment: everything comes in as arguments",
			severity: "error",
			from: { path: "^src/(primitives|derive)/" },
			to: { dependencyTypes: ["core"] },
		},
		{
			name: "src-stands-alone",
			comment: "the published library must not need the repository around it; typed contracts are types only",
			severity: "error",
			from: { path: "^src/" },
			to: { path: "^(test|bench|scripts|deploy|typechain-types)/", dependencyTypesNot: ["type-only"] },
		},
		{
			name: "src-needs-dependencies-only",
			comment:
				"what src needs at run time belongs to dependencies, not devDependencies; but for the devnet's beacon chain, which runs in a clone only",
			severity: "error",
			from: { path: "^src/", pathNot: "^src/devnet/beacon/" },
			to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
		},
		{
			name: "library-without-command-line",
			severity: "error",
			from: { path: "^src/index\\.ts$" },
			to: { path: "^src/(cli|web)/" },
		},
		{
			name: "second-reader-stands-alone",
			comment:
				"the reference reader in test/ is written from the spec; sharing code with src it would share its bugs (types are no code)",
			severity: "error",
			from: { path: "^test/reference/", pathNot: "\\.test\\.ts$" },
			to: { path: "^src/", dependencyTypesNot: ["type-only"] },
		},
	],
	options: {
		doNotFollow: { path: "node_modules" },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
	},
};
