import { type Mapping, mapping } from "../mapping.ts";

/** A container beside a service's own as it was written, and where. */
export interface WrittenContainer {
  readonly path: readonly PropertyKey[];
  readonly fields: Mapping;
}

/** The containers beside a service's own as they were written. */
export function writtenContainers(service: Mapping): WrittenContainer[] {
  return ["initContainers", "sidecars"].flatMap((list) => {
    const written: readonly unknown[] = Array.isArray(service[list]) ? service[list] : [];
    return written.flatMap((container, index) => {
      const fields = mapping(container);
      return fields === undefined ? [] : [{ path: [list, index], fields }];
    });
  });
}
