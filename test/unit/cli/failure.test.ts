import { expect } from "chai";
import { CommanderError } from "commander";
import { describe, it } from "mocha";
import { describeFailure } from "../../../src/cli/failure.ts";
import { MeridianError } from "../../../src/primitives/errors.ts";

describe("cli failures", () => {
	it("tell a wrong input in one line with a hint, exit code 2", () => {
		const error = new MeridianError("usage", "bad-block", 'not a block: "x"\n   give a number', { hint: "try 5" });
		expect(describeFailure(error, false)).to.deep.equal({
			exitCode: 2,
			lines: ['error: not a block: "x" give a number', "hint: try 5"],
		});
	});

	for (const recovery of ["retry", "reset", "halt"] as const) {
		it(`tell a ${recovery} error with what to do about it, exit code 1`, () => {
			const { exitCode, lines } = describeFailure(new MeridianError(recovery, "some-code", "it broke"), false);
			expect(exitCode).to.equal(1);
			expect(lines).to.have.length(2);
			expect(lines[0]).to.equal("error: it broke");
			expect(lines[1]).to.match(/^hint: ./);
		});
	}

	it("call an unknown error a bug, without a stack", () => {
		const { exitCode, lines } = describeFailure(new TypeError("x is not a function"), false);
		expect(exitCode).to.equal(1);
		expect(lines.join("\n")).to.match(/^error: unexpected: x is not a function\nhint: this is a bug/);
		expect(lines.join("\n")).to.not.contain("    at ");
	});

	it("show the stack when asked for by MERIDIAN_DEBUG", () => {
		expect(describeFailure(new TypeError("oops"), true).lines.join("\n")).to.contain("    at ");
	});

	it("do not call an error of the operating system a bug", () => {
		const error = Object.assign(new Error("ENOENT: no such file or directory, open '/x'"), { syscall: "open" });
		const { lines } = describeFailure(error, false);
		expect(lines[0]).to.equal("error: ENOENT: no such file or directory, open '/x'");
		expect(lines[1]).to.not.contain("bug");
	});

	it("take a thrown string for what it says", () => {
		expect(describeFailure("odd", false).lines[0]).to.equal("error: unexpected: odd");
	});

	it("leave commander's own messages alone: help is no failure, wrong usage is exit code 2", () => {
		expect(describeFailure(new CommanderError(0, "commander.helpDisplayed", ""), false)).to.deep.equal({
			exitCode: 0,
			lines: [],
		});
		expect(describeFailure(new CommanderError(1, "commander.unknownOption", ""), false)).to.deep.equal({
			exitCode: 2,
			lines: [],
		});
	});
});
