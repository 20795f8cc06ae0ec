import { serve } from "../../../wire/serve";
import { dockerPlugin } from "./plugin";

serve(dockerPlugin());
