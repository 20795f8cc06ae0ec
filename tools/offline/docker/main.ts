import { serve } from "../../../provider/wire/serve";
import { dockerPlugin } from "./plugin";

serve(dockerPlugin());
