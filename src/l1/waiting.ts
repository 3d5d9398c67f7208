/** Waiting that an abort ends at once, without an error. */

/** Resolves after that many milliseconds or when aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal?.aborted) return resolve();
		const timer = setTimeout(done, milliseconds);
		function done(): void {
			clearTimeout(timer);
			signal?.removeEventListener("abort", done);
			resolve();
		}
		signal?.addEventListener("abort", done, { once: true });
	});
}

/** The promise's value, or null as soon as the signal aborts; its error is then nobody's business any more. */
export function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T | null> {
	if (signal === undefined) return promise;
	return new Promise((resolve, reject) => {
		const aborted = (): void => resolve(null);
		signal.addEventListener("abort", aborted, { once: true });
		if (signal.aborted) aborted();
		promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
	});
}
