// A page whose one list is kept live.

import { keepLive } from "./live.js";

keepLive(document.getElementById("live"));
