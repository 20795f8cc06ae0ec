import { z } from "zod";

import type {
  IdentityDefinition,
  ServiceAccountDefinition,
  TokenDefinition,
} from "../../components/service/identity.ts";
import { PODS } from "../../components/service-definition.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { CREDENTIAL } from "../../contract/marks.ts";
import { type Fault, faultIf, got, under } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";
import { LABEL_VALUE, MARK_KEY } from "./marks.ts";

const LARGEST_ID = PODS.user.to;
/** Kubernetes accepts no shorter life of a token. */
const LEAST_EXPIRATION_SECONDS = 600;
const DAY_SECONDS = 86_400;

const key = (what: string) =>
  field.text(MARK_KEY, `the key of ${what}, such as team or example.com/team`);

/** Labels that a user chooses. */
export const labels = field.named(
  key("a label"),
  field.text(
    LABEL_VALUE,
    "the value of a label: up to 63 letters, digits, -, _ and ., in quotes if it is a number or true",
  ),
  "a mapping of labels",
);

/** Annotations that a user chooses. */
const annotations = field.named(
  key("an annotation"),
  z.string({ error: "allowed: a string; write a number, true and false in quotes" }),
  "a mapping of annotations",
);

const token = field.mapping(
  {
    audience: field.text(/^\S+$/, "who accepts the token, such as vault"),
    path: field.filePath.refine((path) => path.lastIndexOf("/") > 0, {
      error: "allowed: a file in a folder of its own, such as /var/run/secrets/tokens/vault",
    }),
    expirationSeconds: field.wholeNumber(LEAST_EXPIRATION_SECONDS, DAY_SECONDS).exactOptional(),
  } satisfies ShapeOf<TokenDefinition>,
  "audience, path and expirationSeconds",
);

const serviceAccount = field.mapping(
  {
    annotations: annotations.exactOptional(),
    token: z
      .union([field.choice("whether the pods get a token for the API server"), token], {
        error: "allowed: true, false or {audience, path, expirationSeconds}",
      })
      .exactOptional(),
  } satisfies ShapeOf<ServiceAccountDefinition>,
  "annotations and token",
);

/** The keys of {@link IdentityDefinition}. */
export const identityShape = {
  group: field.wholeNumber(0, LARGEST_ID).exactOptional(),
  fsGroup: field.wholeNumber(0, LARGEST_ID).exactOptional(),
  supplementalGroups: field
    .list(field.wholeNumber(0, LARGEST_ID), "a list of numbers of groups")
    .exactOptional(),
  labels: labels.exactOptional(),
  annotations: annotations.exactOptional(),
  serviceAccount: serviceAccount.exactOptional(),
  pullSecrets: field
    .list(field.objectName, "a list of names of slipway:credentials or of existing Secrets")
    .exactOptional(),
} satisfies ShapeOf<IdentityDefinition>;

/** Labels that select a service's pods, or say whose they are. */
const OWN_LABELS = ["name", "instance", "part-of", "managed-by", "version"].map(
  (label) => `app.kubernetes.io/${label}`,
);

/** How annotations begin that Slipway, Pulumi and Kubernetes itself write and obey. */
const OWN_ANNOTATIONS = [
  "slipway/",
  CREDENTIAL,
  "pulumi.com/",
  "org.opencontainers.image.",
  "deployment.kubernetes.io/",
  "kubectl.kubernetes.io/",
];

/** Labels and annotations of Slipway's own that a service would overwrite. */
export function identityFaults(service: Mapping): Fault[] {
  const account = fieldsOf(service["serviceAccount"])["annotations"];
  return [
    ...Object.entries(fieldsOf(service["labels"])).flatMap(([label, value]) =>
      faultIf(
        OWN_LABELS.includes(label) || label.startsWith("slipway/"),
        ["labels", label],
        got(value, "is Slipway's own; allowed: labels of other names; remove it"),
      ),
    ),
    ...under(["annotations"], annotationFaults(service["annotations"])),
    ...under(["serviceAccount", "annotations"], annotationFaults(account)),
  ];
}

function annotationFaults(written: unknown): Fault[] {
  return Object.entries(fieldsOf(written)).flatMap(([name, value]) =>
    faultIf(
      OWN_ANNOTATIONS.some((start) => name.startsWith(start)),
      [name],
      got(
        value,
        `is Slipway's own; allowed: annotations that do not begin with ${OWN_ANNOTATIONS.join(", ")}; remove it`,
      ),
    ),
  );
}
