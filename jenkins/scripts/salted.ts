import { readFileSync } from "node:fs";

import { parse } from "yaml";

import { withSalt } from "./state-copy.ts";

const [copy = "", settings = ""] = process.argv.slice(2);
const { encryptionsalt } = parse(readFileSync(settings, "utf8")) as { encryptionsalt?: unknown };
console.log(JSON.stringify(withSalt(JSON.parse(readFileSync(copy, "utf8")), encryptionsalt)));
