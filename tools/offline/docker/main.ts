import { serve } from "../../../wire/serve.ts";
import { dockerPlugin } from "./plugin.ts";

serve(dockerPlugin());
