import * as pulumi from "@pulumi/pulumi";

import { accept, DeliveryRefused, type Delivery } from "./delivery";

/** Takes over the release of one service, and exports what a stack would deploy from it. */
export = async (): Promise<Delivery> => {
  const config = new pulumi.Config();
  const producer = config.require("producer");
  const stack = new pulumi.StackReference(producer);
  const read = async (output: string): Promise<unknown> =>
    (await stack.getOutputDetails(output)).value;
  const [releases, endpoints] = await Promise.all([read("releases"), read("endpoints")]);
  try {
    return accept({ producer, service: config.require("service"), releases, endpoints });
  } catch (error) {
    // a RunError is shown by its message alone
    throw error instanceof DeliveryRefused ? new pulumi.RunError(error.message) : error;
  }
};
