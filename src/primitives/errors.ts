/**
 * Errors are classified by what the caller can do, so that nobody has to read a message to decide.
 * - `retry`: a source failed (network, provider). Nothing is known about the data; ask again.
 * - `reset`: the chain changed under the reader; go back to a common ancestor and go on.
 * - `halt`: going on would be wrong (a source lies, a store is corrupt, a bug).
 * - `usage`: a person's input is wrong; the message says what to do.
 */
export type Recovery = "retry" | "reset" | "halt" | "usage";

export class MeridianError extends Error {
	readonly code: string;
	readonly recovery: Recovery;
	readonly details: Readonly<Record<string, unknown>>;

	/**
	 * @param code stable, kebab-case; tests and scripts rely on it, never on the message
	 * @param message what was wrong, the offending value, what to do; one line
	 */
	constructor(
		recovery: Recovery,
		code: string,
		message: string,
		details: Readonly<Record<string, unknown>> = {},
		options?: ErrorOptions,
	) {
		super(message, options);
		this.name = "MeridianError";
		this.code = code;
		this.recovery = recovery;
		this.details = details;
	}
}

export const isMeridianError = (error: unknown): error is MeridianError => error instanceof MeridianError;
