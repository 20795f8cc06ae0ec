import { officialHome } from "./official-home.ts";

/** Prints the folder that has the official Kubernetes provider, for `PULUMI_HOME=$(npm run --silent official-home)`. */
officialHome((line) => {
  console.error(line);
}).then(
  (home) => {
    console.log(home);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
