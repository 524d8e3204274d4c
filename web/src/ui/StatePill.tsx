import { Ban, CircleCheck, CircleX, Clock, LoaderCircle, TriangleAlert } from "lucide";
import type { JSX } from "preact";
import type { JobState } from "../api/types";
import { t } from "../i18n";
import { Icon } from "./Icon";

const ICONS = {
  queued: Clock,
  running: LoaderCircle,
  completed: CircleCheck,
  partial: TriangleAlert,
  failed: CircleX,
  cancelled: Ban,
};

export function StatePill({ state }: { state: JobState }): JSX.Element {
  return (
    <span class={`pill ${state}`}>
      <Icon node={ICONS[state]} size={14} />
      {t.value.states[state]}
    </span>
  );
}
