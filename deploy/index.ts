/** Everything that deploys. */
export * from "./deploy.ts";
export * from "./mined.ts";
export * from "./proposers.ts";
