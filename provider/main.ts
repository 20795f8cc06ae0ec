import { trimClientLibrary } from "./cluster/client-library.ts";
import { SlipwayProvider } from "./slipway.ts";
import { serve } from "../wire/serve.ts";

// The engine keeps this to itself, unless the process is killed: then it calls that a bug, and ends with these words.
process.stderr.write(
  `\nslipway: without an error below, this process (${process.pid}) was killed by somebody, or by the system for want of memory (dmesg tells): that is no bug and harms no release; run the same command again, and npx slipway recover if it does not begin\n`,
);
trimClientLibrary();
serve(new SlipwayProvider());
