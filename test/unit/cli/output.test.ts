import { expect } from "chai";
import { describe, it } from "mocha";
import { colorsFor, createOutput, toJson } from "../../../src/cli/output.ts";

function recorder(isTTY = false): { isTTY: boolean; text: string; write(text: string): void } {
	return {
		isTTY,
		text: "",
		write(text) {
			this.text += text;
		},
	};
}

describe("cli output", () => {
	it("prints a result only on --json, as the last line of stdout, and people's text then on stderr", () => {
		const [stdout, stderr] = [recorder(), recorder()];
		const output = createOutput({ json: true }, stdout, stderr);
		output.line("for people");
		output.result({ ticks: 3 });
		expect(stdout.text).to.equal('{"ticks":3}\n');
		expect(stderr.text).to.equal("for people\n");
	});

	it("prints people's text on stdout and no result without --json", () => {
		const [stdout, stderr] = [recorder(), recorder()];
		const output = createOutput({}, stdout, stderr);
		output.line("for people");
		output.note("working");
		output.result({ ticks: 3 });
		expect(stdout.text).to.equal("for people\n");
		expect(stderr.text).to.equal("working\n");
	});

	it("writes JSON on one line; bigint and bytes have one type at any size", () => {
		const text = toJson({ small: 1n, large: 2n ** 200n, bytes: Uint8Array.of(0, 255), text: "a\nb" });
		expect(text).to.not.contain("\n");
		expect(JSON.parse(text)).to.deep.equal({
			small: "1",
			large: (2n ** 200n).toString(),
			bytes: "0x00ff",
			text: "a\nb",
		});
	});

	it("colours a terminal only, and never against NO_COLOR or a dumb terminal", () => {
		const isColoured = (isTTY: boolean, environment: NodeJS.ProcessEnv): boolean =>
			colorsFor(recorder(isTTY), environment).red("x") !== "x";
		expect(isColoured(true, {})).to.equal(true);
		expect(isColoured(false, {})).to.equal(false);
		expect(isColoured(true, { NO_COLOR: "1" })).to.equal(false);
		expect(isColoured(true, { NO_COLOR: "" })).to.equal(true);
		expect(isColoured(true, { TERM: "dumb" })).to.equal(false);
	});

	it("shows no progress where nobody watches", () => {
		const [stdout, stderr] = [recorder(), recorder()];
		const progress = createOutput({}, stdout, stderr).progress("blocks", 10);
		progress.update(5, "half");
		progress.stop();
		expect(stdout.text + stderr.text).to.equal("");
	});
});
