import { serve } from "../../../wire/serve";
import { kubernetesPlugin } from "./plugin";

serve(kubernetesPlugin());
