import type * as pulumi from "@pulumi/pulumi";

import type { Endpoint } from "../endpoint.ts";
import type { ReadinessArgs } from "../readiness.ts";
import type { SlipwayProvider, SlipwayResourceOptions } from "../slipway-provider.ts";

/** A member of a group that was declared, up to its verdict. */
export interface DeclaredMember {
  /** What is proved of it, and how. */
  readonly args: ReadinessArgs;
  readonly opts: SlipwayResourceOptions;
  readonly endpoint: pulumi.Output<Endpoint>;
}

/** A service as it joins its group. */
export interface Member {
  readonly provider: SlipwayProvider;
  /** The group begins once the images of all its members are there. */
  readonly image: pulumi.Output<string>;
  /** All that decides what runs: its image, its settings, and what changes with its credentials. */
  readonly wish: pulumi.Output<object>;
  /** The object that delivers it, as the API server will be asked for it. */
  readonly object: pulumi.Output<object>;
  /** Declares its objects, when its turn has come. */
  readonly declare: () => DeclaredMember;
}
