/** Everything that deploys. */
export * from "./deploy.ts";
export * from "./proposers.ts";
