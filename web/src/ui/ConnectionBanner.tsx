import { CloudOff, LoaderCircle } from "lucide";
import type { JSX } from "preact";
import { t } from "../i18n";
import { connection } from "../state/connection";
import { Icon } from "./Icon";

/** Says why nothing moves; the place is always there, so that screen readers hear what comes into it. */
export function ConnectionBanner(): JSX.Element {
  const now = connection.value;
  const texts = t.value;
  return (
    <div class="connection" role="status">
      {now !== "up" && (
        <p class={`banner ${now === "lost" ? "warn" : ""}`}>
          <Icon node={now === "lost" ? CloudOff : LoaderCircle} />
          <span>{now === "lost" ? texts.connectionLost : texts.connectionStarting}</span>
        </p>
      )}
    </div>
  );
}
