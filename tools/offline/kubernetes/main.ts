import { serve } from "../../../wire/serve.ts";
import { kubernetesPlugin } from "./plugin.ts";

/** The official plugin looks for its engine every five minutes. Nothing here has to wait as long to see that. */
const OUTLIVES_ENGINE_MILLISECONDS = 60_000;

serve(kubernetesPlugin(), { outlivesEngineMilliseconds: OUTLIVES_ENGINE_MILLISECONDS });
