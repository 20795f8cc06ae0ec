/** Name of the container's port: Service, Ingress and probes refer to it. */
export const PORT_NAME = "http";
