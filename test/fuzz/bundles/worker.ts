/** Runs the timelines that it is given, one after the other, on its own thread. */
import { parentPort } from "node:worker_threads";
import "../keccak.ts";
import { type Chunk, runChunk } from "./chunk.ts";

parentPort?.on("message", async (chunk: Chunk) => {
	parentPort?.postMessage(await runChunk(chunk));
});
