import { isMeridianError, type MeridianError } from "../../../src/primitives/errors.ts";

/** The MeridianError that the promise, or the function, ends in. Anything else is a failed test. */
export async function errorOf(what: Promise<unknown> | (() => unknown)): Promise<MeridianError> {
	try {
		await (typeof what === "function" ? what() : what);
	} catch (error) {
		if (isMeridianError(error)) return error;
		throw error;
	}
	throw new Error("expected an error, got a value");
}

/** Recovery and code, as "retry busy". */
export async function codeOf(what: Promise<unknown> | (() => unknown)): Promise<string> {
	const error = await errorOf(what);
	if (error.message.includes("\n")) throw new Error(`a message of more than one line: ${error.message}`);
	return `${error.recovery} ${error.code}`;
}
