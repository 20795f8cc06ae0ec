import { Metadata, type ServiceError, status as code } from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import { plain } from "../mask/plain.ts";
import { PartialFailure } from "./plugin.ts";
import { toStruct } from "./struct.ts";

/**
 * What the engine gets of an error: its message alone, or, for a `PartialFailure`, the resource as it is,
 * which the engine keeps as init errors.
 *
 * The code says that the outcome is certain; the engine takes `UNKNOWN` and `INTERNAL` for a state that may be corrupt.
 */
export function toServiceError(
  error: unknown,
): Pick<ServiceError, "code" | "details" | "metadata"> {
  const details = plain(error instanceof Error ? error.message : String(error));
  const metadata = new Metadata();
  if (error instanceof PartialFailure) {
    metadata.set("grpc-status-details-bin", Buffer.from(statusOf(error).serializeBinary()));
  }
  return { code: code.FAILED_PRECONDITION, details, metadata };
}

function statusOf(failure: PartialFailure): statusPb.Status {
  const resource = new providerPb.ErrorResourceInitFailed();
  resource.setId(failure.id);
  resource.setProperties(toStruct(failure.outputs));
  resource.setReasonsList(failure.reasons.map(plain));
  const detail = new anyPb.Any();
  detail.pack(resource.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(code.FAILED_PRECONDITION);
  status.setMessage(plain(failure.message));
  status.addDetails(detail);
  return status;
}
