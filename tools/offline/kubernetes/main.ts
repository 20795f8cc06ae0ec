import { serve } from "../../../wire/serve.ts";
import { kubernetesPlugin } from "./plugin.ts";

serve(kubernetesPlugin());
