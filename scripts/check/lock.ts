/**
 * The lock file must name the native packages of every platform. npm forgets those that the registry at hand does not serve
 * (mirrors often keep one platform), and `npm ci` then refuses the lock file on every other machine. They are entered here with
 * what their names say; without an integrity hash, which only the registry knows.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface LockEntry {
	readonly version?: string;
	readonly dev?: boolean;
	readonly license?: string;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Packages = Record<string, LockEntry>;

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64"];
const LIBRARIES: Readonly<Record<string, string>> = { gnu: "glibc", musl: "musl" };

/** `@foundry-rs/anvil-darwin-amd64` -> os darwin, cpu x64. */
function platformOf(name: string): object | undefined {
	const words = name.replaceAll("amd64", "x64").split(/[/-]/);
	const os = words.find((word) => SYSTEMS.includes(word));
	const cpu = words.findLast((word) => PROCESSORS.includes(word));
	const library = LIBRARIES[words.at(-1) ?? ""];
	if (os === undefined || cpu === undefined) return undefined;
	return { os: [os], cpu: [cpu], ...(os === "linux" && library !== undefined ? { libc: [library] } : {}) };
}

function findForgotten(packages: Packages): Packages {
	const forgotten: Packages = {};
	for (const [place, { optionalDependencies, dev, license }] of Object.entries(packages)) {
		for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
			const platform = platformOf(name);
			if (platform === undefined || !/^\d+\.\d+\.\d+/.test(version)) continue;
			if (packages[`${place}/node_modules/${name}`] ?? packages[`node_modules/${name}`]) continue;
			forgotten[`node_modules/${name}`] = {
				version,
				...(dev === true ? { dev } : {}),
				...(license === undefined ? {} : { license }),
				optional: true,
				...platform,
			} as LockEntry;
		}
	}
	return forgotten;
}

/**
 * @returns the packages that are missing (or were, before `fix`)
 */
export function checkLock(root: string, fix: boolean): string[] {
	const file = join(root, "package-lock.json");
	const lock = JSON.parse(readFileSync(file, "utf8")) as { packages: Packages };
	const forgotten = findForgotten(lock.packages);
	const names = Object.keys(forgotten);
	if (fix && names.length > 0) {
		const all = Object.entries({ ...lock.packages, ...forgotten });
		lock.packages = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
		writeFileSync(file, `${JSON.stringify(lock, null, "\t")}\n`);
	}
	return names;
}
