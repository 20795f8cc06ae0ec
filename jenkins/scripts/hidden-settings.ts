import { readFileSync, writeFileSync } from "node:fs";

import { withoutSecureSettings } from "./settings-copy.ts";

const [file = ""] = process.argv.slice(2);
const { text, keys } = withoutSecureSettings(readFileSync(file, "utf8"));
writeFileSync(file, text);
console.log(keys.join("\n"));
