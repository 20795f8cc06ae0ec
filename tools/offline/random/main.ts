import { serve } from "../../../wire/serve";
import { randomPlugin } from "./plugin";

serve(randomPlugin);
