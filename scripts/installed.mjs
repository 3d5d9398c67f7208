/**
 * Says whether node_modules holds what package-lock.json asks for on this machine: prints what is missing and exits 1.
 * Plain JavaScript without imports of packages, since it runs before there are any.
 *
 * npm leaves out optional packages that do not fit the platform, but also, without a word, those whose `engines` do not
 * fit the Node that npm ran on: the second is a broken installation and is reported here.
 */
import { readFileSync } from "node:fs";

const packagesOf = (file) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8")).packages;

const fits = (list, value) => {
	if (list === undefined) return true;
	if (list.includes(`!${value}`)) return false;
	const wanted = list.filter((entry) => !entry.startsWith("!"));
	return wanted.length === 0 || wanted.includes(value);
};

const isGlibc = () => process.report.getReport().header.glibcVersionRuntime !== undefined;
const libc = process.platform === "linux" ? (isGlibc() ? "glibc" : "musl") : undefined;
const fitsThisMachine = (entry) =>
	fits(entry.os, process.platform) && fits(entry.cpu, process.arch) && (libc === undefined || fits(entry.libc, libc));
// Optional packages for no machine in particular are dependencies of others that may rightly be absent.
const isNeeded = (entry) =>
	!entry.optional || ((entry.os !== undefined || entry.cpu !== undefined) && fitsThisMachine(entry));

const readInstalled = () => {
	try {
		return packagesOf("node_modules/.package-lock.json");
	} catch {
		return {};
	}
};

const installed = readInstalled();
const missing = Object.entries(packagesOf("package-lock.json"))
	.filter(([path, entry]) => path !== "" && isNeeded(entry))
	.filter(([path, entry]) => installed[path]?.version !== entry.version)
	.map(([path]) => path.replace(/^node_modules\//, ""));

if (missing.length > 0) {
	console.log(missing.join(" "));
	process.exitCode = 1;
}
