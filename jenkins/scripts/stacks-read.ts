import { readFileSync } from "node:fs";

import { stacksRead } from "./settings-copy.ts";

const [file = ""] = process.argv.slice(2);
console.log(stacksRead(readFileSync(file, "utf8")).join("\n"));
