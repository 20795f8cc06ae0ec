// Cannot prove what a kubelet makes of the words: see test/e2e/several-services.test.ts.
import { containerManifest } from "../../components/manifests/container.ts";
import { IMAGE, service } from "../support/definitions.ts";
import { settingsOf, VALID } from "../support/stack-config.ts";

const containerOf = (definition: Parameters<typeof service>[0]) =>
  containerManifest(service(definition), IMAGE);

const CREDENTIALS = { db: { keys: { PASSWORD: { random: { length: 24 } } } } };
const shop = (keys: object) => ({
  ...VALID,
  credentials: CREDENTIALS,
  services: { shop: { image: IMAGE, port: 8080, credentials: ["db"], ...keys } },
});

function faultsOf(keys: object): string {
  try {
    settingsOf(shop(keys));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a container", () => {
  test("has of its process what was set, and nothing else", () => {
    expect(containerOf({})).not.toHaveProperty("command");
    expect(containerOf({})).not.toHaveProperty("args");
    expect(containerOf({})).not.toHaveProperty("workingDir");
    expect(
      containerOf({ command: ["dumb-init", "--", "ak"], args: ["worker"], workingDir: "/srv" }),
    ).toMatchObject({ command: ["dumb-init", "--", "ak"], args: ["worker"], workingDir: "/srv" });
  });

  test("gets each word as it was written, and values of variables where that is said", () => {
    const { command, args } = containerOf({
      command: ["sh", "-c", "echo $(date) $$ $HOME"],
      args: ["$(HOST)", { expand: "--host=$(HOST)" }],
    });
    expect(command).toEqual(["sh", "-c", "echo $$(date) $$$$ $HOME"]);
    expect(args).toEqual(["$$(HOST)", "--host=$(HOST)"]);
  });
});

describe("settings of a process", () => {
  test("are handed over, numbers as the strings that they are", () => {
    const { services } = settingsOf(
      shop({
        command: ["ak"],
        args: ["--port", 8080, true, { expand: "$(PASSWORD)" }],
        workingDir: "/",
      }),
    );
    expect(services["shop"]).toMatchObject({
      command: ["ak"],
      args: ["--port", "8080", "true", { expand: "$(PASSWORD)" }],
      workingDir: "/",
    });
  });

  test.each([
    [
      "a command line instead of words",
      { command: "npm run worker" },
      'slipway:services.shop.command: got "npm run worker"; allowed: a list of strings, one for each word, such as [npm, run, worker]; for what a shell would do, [/bin/sh, -c, "npm run worker"]',
    ],
    [
      "a command line as the program",
      { command: ["npm run worker"] },
      'slipway:services.shop.command[0]: got "npm run worker"; allowed: the name or path of a program, its arguments as items of their own; write ["npm","run","worker"], or [/bin/sh, -c, …] for what a shell would do',
    ],
    [
      "an empty list",
      { args: [] },
      "slipway:services.shop.args: got []; allowed: a list of strings, one for each word, such as [npm, run, worker]; remove the key to run what the image says",
    ],
    [
      "a word that is none",
      { args: [null] },
      "slipway:services.shop.args[0]: got null; allowed: a string, a number, true, false, or {expand: text with $(NAME)}",
    ],
    [
      "a variable named in Kubernetes' way",
      { args: ["--password=$(PASSWORD)"] },
      'slipway:services.shop.args[0]: got "--password=$(PASSWORD)"; allowed: text without $(NAME) of another variable; write {expand: …} to get the value of PASSWORD, with $$(PASSWORD) in it if the text itself is meant',
    ],
    [
      "a variable that the service has not",
      { args: [{ expand: "$(HOST)" }] },
      'slipway:services.shop.args[0].expand: got "$(HOST)"; no variable of this service is called HOST; allowed in $(…): PASSWORD; write $$ for a $',
    ],
    [
      "a relative folder",
      { workingDir: "srv" },
      'slipway:services.shop.workingDir: got "srv"; allowed: the absolute path of a folder inside the container such as /srv/app',
    ],
    [
      "a folder by way of its parent",
      { workingDir: "/srv/../etc" },
      'slipway:services.shop.workingDir: got "/srv/../etc"; allowed: the absolute path of a folder inside the container such as /srv/app',
    ],
  ])("%s is refused", (_, keys, message) => {
    expect(faultsOf(keys)).toBe(message);
  });
});
