/** Why bytes are not publication data; each code is one rule of docs/spec/derivation.md, section 4. */
export type MalformedReason =
	| "blob-encoding" // B-1, B-2
	| "blob-not-full" // B-3
	| "data-header" // M-1
	| "codec" // M-1, M-2
	| "manifest-length" // M-2
	| "compression" // M-2
	| "manifest-encoding" // M-3
	| "manifest-cap" // M-3
	| "tick-order" // M-4
	| "origin-order"; // M-5

export interface Malformed {
	readonly ok: false;
	readonly reason: MalformedReason;
}

/** What a decoder says of bytes from outside. Decoders never throw, whatever the bytes are. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | Malformed;

export const decoded = <T>(value: T): Decoded<T> => ({ ok: true, value });

export const malformed = (reason: MalformedReason): Malformed => ({ ok: false, reason });
