import type { JSX } from "preact";
import { announcement } from "../state/announce";

export function Toast(): JSX.Element {
  return (
    <div class="toast-area" role="status" aria-live="polite">
      {announcement.value && <p class="toast">{announcement.value}</p>}
    </div>
  );
}
