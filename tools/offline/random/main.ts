import { serve } from "../../../wire/serve.ts";
import { randomPlugin } from "./plugin.ts";

serve(randomPlugin);
