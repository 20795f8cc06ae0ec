import type { Plugin } from "../wire/plugin.ts";

/** What Slipway's provider knows to do with one type of resource. */
export type Resource = Pick<Plugin, "check" | "diff" | "create" | "read" | "update" | "delete">;
