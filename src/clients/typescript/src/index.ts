// AccrueDB from TypeScript: loyalty points, exact and durable.

export { AccrueError, Pages, Refused, Unavailable } from "./base.js";
export type { How, Page } from "./base.js";
export { Client } from "./client.js";
export type { Following, Options } from "./client.js";
export * from "./model.js";
