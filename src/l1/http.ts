/** HTTP as a stranger speaks it: bounded in time and size, tried again when that may help, failing in words. */
import { setTimeout as sleep } from "node:timers/promises";
import { isMeridianError, MeridianError } from "../primitives/errors.ts";

export interface HttpLimits {
	/** For one attempt, connecting and reading the whole answer. */
	readonly timeoutMs: number;
	/** Of one answer, decompressed. */
	readonly maxBytes: number;
	/** Attempts in all. */
	readonly attempts: number;
	/** First pause; it doubles, with jitter, up to 16 times this. A server's `Retry-After` comes first. */
	readonly backoffMs: number;
	/** Requests under way at once. */
	readonly concurrency: number;
}

const DEFAULT_HTTP_LIMITS: HttpLimits = {
	timeoutMs: 20_000,
	maxBytes: 64 * 1024 * 1024,
	attempts: 4,
	backoffMs: 250,
	concurrency: 8,
};

export interface HttpAnswer {
	readonly status: number;
	readonly body: string;
}

/** Before anybody says what its bytes mean. */
export interface RawAnswer {
	readonly status: number;
	readonly headers: Headers;
	readonly bytes: Uint8Array;
}

/** Longest pause a server's `Retry-After` is obeyed for. */
const MAX_RETRY_AFTER_MS = 30_000;

/** One server: its address split into what is asked and what may be shown, and its limits. */
export class HttpEndpoint {
	/** Its kind and origin, without user, password, path or query: keys stand in those. */
	readonly label: string;
	readonly #base: URL;
	readonly #headers: Record<string, string> = {};
	readonly #limits: HttpLimits;
	#underWay = 0;
	readonly #waiting: (() => void)[] = [];

	/** Throws `usage` if the address is not an http(s) URL. */
	constructor(kind: string, url: string, limits: Partial<HttpLimits> = {}) {
		const base = URL.canParse(url) ? new URL(url) : null;
		if (base === null || !/^https?:$/.test(base.protocol))
			throw new MeridianError(
				"usage",
				"bad-url",
				`Not an http or https URL: ${url}; give one like http://127.0.0.1:8545`,
			);
		this.label = `${kind} ${base.origin}`;
		if (base.username !== "" || base.password !== "") {
			const credentials = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
			this.#headers.authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
			base.username = "";
			base.password = "";
		}
		this.#base = base;
		this.#limits = { ...DEFAULT_HTTP_LIMITS, ...limits };
	}

	/** POSTs JSON to the address itself. `read` turns an answer into a value and throws `retry` for one worth asking again for. */
	async post<T>(payload: string, read: (answer: HttpAnswer) => T): Promise<T> {
		const headers = { ...this.#headers, "content-type": "application/json" };
		return await this.#ask(this.#base, { method: "POST", headers, body: payload }, asText(read));
	}

	/** GETs a path below the address. */
	async get<T>(
		path: string,
		query: readonly (readonly [string, string])[],
		read: (answer: HttpAnswer) => T,
	): Promise<T> {
		const url = this.#below(path);
		for (const [name, value] of query) url.searchParams.append(name, value);
		const headers = { ...this.#headers, accept: "application/json" };
		return await this.#ask(url, { method: "GET", headers }, asText(read));
	}

	/** GETs bytes of a media type from below the address. */
	async getBytes<T>(path: string, mediaType: string, read: (answer: RawAnswer) => T): Promise<T> {
		const headers = { ...this.#headers, accept: mediaType };
		return await this.#ask(this.#below(path), { method: "GET", headers }, read);
	}

	#below(path: string): URL {
		const url = new URL(this.#base);
		url.pathname = url.pathname.replace(/\/+$/, "") + path;
		return url;
	}

	async #ask<T>(url: URL, init: RequestInit, read: (answer: RawAnswer) => T): Promise<T> {
		const { attempts, backoffMs } = this.#limits;
		for (let attempt = 1; ; attempt++) {
			await this.#enter();
			try {
				return read(await this.#once(url, init));
			} catch (error) {
				if (attempt >= attempts || !isMeridianError(error) || error.details.again !== true) throw error;
				const pause = Math.min(backoffMs * 2 ** (attempt - 1), backoffMs * 16) * (0.5 + Math.random());
				await sleep(Math.max(pause, Number(error.details.retryAfterMs ?? 0)));
			} finally {
				this.#leave();
			}
		}
	}

	async #once(url: URL, init: RequestInit): Promise<RawAnswer> {
		const { timeoutMs, maxBytes } = this.#limits;
		try {
			const response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
			const bytes = await readBody(response, maxBytes, this.label);
			if (response.status === 429 || response.status >= 500) throw this.#busy(response);
			return { status: response.status, headers: response.headers, bytes };
		} catch (error) {
			if (isMeridianError(error)) throw error;
			const why = reason(error, timeoutMs);
			throw new MeridianError(
				"retry",
				"unreachable",
				`${this.label} does not answer (${why})`,
				{ again: true },
				{ cause: error },
			);
		}
	}

	#busy(response: Response): MeridianError {
		const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
		const retryAfterMs = seconds > 0 ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : 0;
		const what = response.status === 429 ? "asks for patience" : "has trouble";
		return new MeridianError("retry", "busy", `${this.label} ${what} (HTTP ${response.status})`, {
			again: true,
			status: response.status,
			retryAfterMs,
		});
	}

	async #enter(): Promise<void> {
		if (this.#underWay < this.#limits.concurrency) this.#underWay++;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}

	#leave(): void {
		const next = this.#waiting.shift();
		if (next) next();
		else this.#underWay--;
	}
}

function asText<T>(read: (answer: HttpAnswer) => T): (answer: RawAnswer) => T {
	return ({ bytes, status }) =>
		read({ status, body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString() });
}

async function readBody(response: Response, maxBytes: number, label: string): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	let size = 0;
	for await (const part of response.body ?? []) {
		size += part.length;
		if (size > maxBytes)
			throw new MeridianError("retry", "too-large", `${label} answers with more than ${maxBytes} bytes; refused`);
		parts.push(part);
	}
	return Buffer.concat(parts);
}

/** What went wrong on the way, for a person. `fetch` hides it in the cause of its error. */
function reason(error: unknown, timeoutMs: number): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
	const cause = error.cause;
	const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
	switch (code) {
		case "ECONNREFUSED":
			return "connection refused";
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return "no such host";
		case "ECONNRESET":
		case "UND_ERR_SOCKET":
		case "EPIPE":
			return "connection lost";
		default:
			return cause instanceof Error ? cause.message : error.message;
	}
}
