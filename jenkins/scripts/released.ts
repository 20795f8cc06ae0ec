import { readFileSync } from "node:fs";

import { releasedImages } from "./released-images.ts";

const [file = ""] = process.argv.slice(2);
for (const { service, image, url } of releasedImages(JSON.parse(readFileSync(file, "utf8")))) {
  console.log(`${service} ${image} ${url}`);
}
