// Asks a registry with a login for the life of this process, which its test ends with a SIGKILL.
import { Registry } from "../../provider/registry/registry.ts";

const login = { server: "registry.example.com", username: "ci", password: "s3cret" };
await new Registry(login).digest("registry.example.com/shop:1");
