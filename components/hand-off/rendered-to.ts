import type { RenderedTo } from "../cluster.ts";
import { renderFolder } from "./render-folder.ts";
import { requireMode } from "./require-mode.ts";

/**
 * Where a stack that is handed off writes its objects to. Their provider is not registered if that is not what the stack's state has:
 * the run ends for that reason anyway.
 */
export function renderedTo(stack: string): RenderedTo {
  return {
    folder: renderFolder(stack),
    once: (own) => requireMode(true, own).catch(() => new Promise(() => undefined)),
  };
}
