import { serve } from "../../../provider/wire/serve";
import { randomPlugin } from "./plugin";

serve(randomPlugin);
