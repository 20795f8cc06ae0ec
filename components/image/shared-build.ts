/** The image of another service, which builds it: one build, one image, one digest. */
export interface SharedBuild {
  /** Name of the service that builds it. */
  readonly of: string;
}

/** The service whose image this one runs; undefined for one with an image of its own. */
export function ownerIn(source: object): string | undefined {
  const { build } = source as { readonly build?: Partial<SharedBuild> };
  return build?.of;
}

/**
 * What is made of each service, by name. The owner of a build comes before the services that share its image, and each of them
 * gets what was made of the owner.
 */
export function byOwner<Service extends object, Made>(
  services: Readonly<Record<string, Service>>,
  make: (name: string, service: Service, owner: Made | undefined) => Made,
): Record<string, Made> {
  const all = Object.entries(services);
  const made = new Map<string, Made>();
  for (const isShared of [false, true]) {
    for (const [name, service] of all) {
      const owner = ownerIn(service);
      if ((owner !== undefined) === isShared) {
        made.set(name, make(name, service, owner === undefined ? undefined : made.get(owner)));
      }
    }
  }
  return Object.fromEntries(all.map(([name]) => [name, made.get(name) as Made]));
}
