import { serve } from "../../../provider/wire/serve";
import { kubernetesPlugin } from "./plugin";

serve(kubernetesPlugin());
