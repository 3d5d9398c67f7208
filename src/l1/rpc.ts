/** JSON-RPC to an L1 node: over HTTP, or to a node in this process. Nothing here believes an answer; that is `source.ts`. */
import { isMeridianError, MeridianError } from "../primitives/errors.ts";
import { type HttpAnswer, HttpEndpoint, type HttpLimits } from "./http.ts";

export interface RpcTransport {
	/** How messages name the node; holds no key. */
	readonly label: string;
	/**
	 * The result of one request, of any type. Throws `retry`: `unreachable`, `busy`, `malformed`, `too-large`, `rpc-method-missing`,
	 * `rpc-error` (the node's own words in the message; `details.rpcCode`, `details.rpcData`). Throws `usage` with `rpc-refused` if the
	 * node has never given a good answer and refuses this one in a way that asking again does not change.
	 */
	request(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** What Hardhat and wallets offer (EIP-1193). */
export interface Provider {
	request(args: { method: string; params?: unknown[] }): Promise<unknown>;
}

export function providerTransport(provider: Provider, label = "the L1 in this process"): RpcTransport {
	return {
		label,
		async request(method, params) {
			try {
				return await provider.request({ method, params: [...params] });
			} catch (error) {
				throw rpcError(label, method, error);
			}
		},
	};
}

/** Throws `usage` if the address is not an http(s) URL. */
export function httpTransport(url: string, limits: Partial<HttpLimits> = {}): RpcTransport {
	const endpoint = new HttpEndpoint("L1 RPC", url, limits);
	const { label } = endpoint;
	let nextId = 1;
	let everAnswered = false;
	return {
		label,
		async request(method, params) {
			const id = nextId++;
			const payload = JSON.stringify({ jsonrpc: "2.0", id, method, params });
			try {
				const result = await endpoint.post(payload, (answer) => readAnswer(label, method, id, answer));
				everAnswered = true;
				return result;
			} catch (error) {
				if (!isMeridianError(error)) throw error;
				if (error.code === "rpc-error" || error.code === "rpc-method-missing") everAnswered = true;
				// Later the same answer means a gateway in trouble; as the first word it means a wrong address or key.
				if (everAnswered || error.details.refused !== true) throw error;
				const advice = "check the address and the key in it";
				throw new MeridianError("usage", "rpc-refused", `${error.message}; ${advice}`, error.details, { cause: error });
			}
		},
	};
}

function readAnswer(label: string, method: string, id: number, answer: HttpAnswer): unknown {
	const malformed = (what: string, refused: boolean): MeridianError =>
		new MeridianError("retry", "malformed", `${label} answers ${method} with ${what}`, { again: true, refused });
	let message: unknown;
	try {
		message = JSON.parse(answer.body);
	} catch {
		const html = /^\s*</.test(answer.body);
		if (answer.status !== 200) throw malformed(`HTTP ${answer.status}`, true);
		throw malformed(html ? "a web page, not JSON-RPC" : "broken JSON", html);
	}
	if (typeof message !== "object" || message === null || Array.isArray(message))
		throw malformed("JSON that is no JSON-RPC answer", true);
	const { id: answeredId, error, result } = message as Record<string, unknown>;
	if (typeof error === "object" && error !== null) throw rpcError(label, method, error);
	if (answer.status !== 200) throw malformed(`HTTP ${answer.status}`, true);
	if (answeredId !== id)
		throw malformed(`the answer to another request (id ${String(answeredId)} instead of ${id})`, false);
	if (result === undefined) throw malformed("neither a result nor an error", true);
	return result;
}

const METHOD_MISSING = new Set([-32601, -32004]);
const OVERLOADED = new Set([-32005, -32016]);

function rpcError(label: string, method: string, error: unknown): MeridianError {
	const { code, message, data } = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
	const words =
		String(message ?? error)
			.split("\n", 1)[0]
			?.slice(0, 300) ?? "";
	const details = { method, rpcCode: code, rpcData: data };
	if (METHOD_MISSING.has(Number(code)) || /method .*(not|n't) .*(found|supported|available|exist|allowed)/i.test(words))
		return new MeridianError("retry", "rpc-method-missing", `${label} does not know ${method} (${words})`, details);
	const again = OVERLOADED.has(Number(code)) || /rate limit|too many requests|try again|overloaded/i.test(words);
	return new MeridianError(
		"retry",
		"rpc-error",
		`${label} refuses ${method}: ${words}`,
		{ ...details, again },
		{ cause: error },
	);
}
