import { buildModule } from "@nomicfoundation/ignition-core";
import { timeline } from "./Timeline.ts";

/** A timeline to which anyone may publish. */
export default buildModule("OpenTimeline", (m) => timeline(m, (m) => m.contract("OpenRights")));
