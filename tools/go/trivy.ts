import { join } from "node:path";
import { builtFolder, type GoTools } from "./build.ts";

/**
 * Scans images for vulnerable packages, and writes their software bills of materials; with the program that makes its database
 * from advisories, which can be downloaded nowhere here.
 */
export const trivy = {
  module: "trivy",
  variables: { "github.com/aquasecurity/trivy/pkg/version/app.ver": "v0.74.0" },
  gibibytes: 4,
  experiment: "jsonv2",
} satisfies GoTools;

/** Paths of the programs, once they are built. */
export const trivyPrograms = {
  trivy: (): string => join(builtFolder(trivy), "trivy"),
  database: (): string => join(builtFolder(trivy), "trivy-db"),
};
