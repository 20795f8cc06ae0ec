/**
 * Turns `src/*.ts` into `dist/src/*.js` beside a `dist/package.json`, with Node alone: the build
 * needs no network and no packages. Types are stripped here, not checked.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import manifest from "./package.json" with { type: "json" };

// Said by Node about stripTypeScriptTypes on every build; the version of Node is pinned by the base.
process.removeAllListeners("warning");

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/src", { recursive: true });

const { name, version, type } = manifest;
writeFileSync("dist/package.json", JSON.stringify({ name, version, type }) + "\n");

for (const file of readdirSync("src").filter((file) => file.endsWith(".ts"))) {
  const source = readFileSync(`src/${file}`, "utf8");
  writeFileSync(`dist/src/${file.replace(/ts$/, "js")}`, stripTypeScriptTypes(source));
}
