import { Command } from "commander";
import { assertMachine } from "./requirements.ts";
import { resetPlatform, takeDown } from "./down.ts";
import { environment } from "./environment.ts";
import { STATE_FOLDER } from "./folders.ts";
import { withLock } from "./lock.ts";
import { shellExports } from "./shell-exports.ts";
import { isRunning, platformStatus, statusTable } from "./status.ts";
import { type Extra, EXTRAS } from "./additions.ts";
import { platformUp } from "./up.ts";
import { wantedExtras } from "./wanted-extras.ts";

const NOT_RUNNING = 3;

const program = new Command("npm run platform --").description(
  "the local Kubernetes cluster and image registry that Slipway's demo and tests run on",
);

program
  .command("up")
  .description("start what does not run yet; install and build what is missing")
  .option("--with <extras...>", `what else is to run: ${EXTRAS.join(", ")}`, wantedExtras)
  .action(async ({ with: wanted }: { readonly with?: readonly Extra[] }) => {
    const start = Date.now();
    const { SLIPWAY_REGISTRY, SLIPWAY_KUBECONFIG } = await platformUp(wanted);
    console.log(
      `platform is up after ${((Date.now() - start) / 1000).toFixed(1)} s: registry ${SLIPWAY_REGISTRY}, kubeconfig ${SLIPWAY_KUBECONFIG}`,
    );
    console.log(`for a shell: eval "$(npm run --silent platform -- env)"`);
  });

program
  .command("down")
  .description("stop it; what is stored stays")
  .action(() => alone(takeDown, "platform is down"));

program
  .command("reset")
  .description("stop it and remove all that it stored")
  .option("--builds", "remove the compiled programs, too")
  .action(({ builds }: { builds?: true }) =>
    alone(() => resetPlatform(builds ?? false), "platform is removed"),
  );

program
  .command("status")
  .description(`show each component; exit code 0 when all run, ${NOT_RUNNING} when not`)
  .action(async () => {
    const status = await platformStatus();
    console.log(statusTable(status));
    if (!isRunning(status)) {
      process.exitCode = NOT_RUNNING;
    }
  });

program
  .command("env")
  .description('print the variables for a shell: eval "$(npm run --silent platform -- env)"')
  .action(() => {
    console.log(shellExports(environment()));
  });

async function alone(work: () => Promise<void>, done: string): Promise<void> {
  assertMachine();
  const waiting = (holder: string): void => {
    console.error(`another platform command (process ${holder}) is at work, waiting for it`);
  };
  await withLock(STATE_FOLDER, waiting, work);
  console.log(done);
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
