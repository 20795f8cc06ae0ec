import { SlipwayProvider } from "./slipway";
import { serve } from "../wire/serve";

serve(new SlipwayProvider());
