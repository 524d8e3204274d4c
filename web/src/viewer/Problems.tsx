import { TriangleAlert } from "lucide";
import type { JSX } from "preact";
import { t } from "../i18n";
import type { Marks } from "../state/live";
import { Icon } from "../ui/Icon";

const MOST_SHOWN = 12;

/** Names the pages that failed, whole or in part, and leads to each; not those that are being read again. */
export function Problems({
  marks,
  finished,
  onShow,
}: {
  marks: Marks;
  finished: boolean;
  onShow: (number: number) => void;
}): JSX.Element | null {
  const texts = t.value;
  const troubled = [...marks.values()]
    .filter((mark) => mark.status !== "completed" && (finished || !mark.again))
    .sort((a, b) => a.number - b.number);
  if (troubled.length === 0) return null;
  return (
    <div class="banner warn">
      <Icon node={TriangleAlert} />
      <p>{texts.problems(troubled.length)}</p>
      <div class="problem-links">
        {troubled.slice(0, MOST_SHOWN).map((mark) => (
          <button
            key={mark.number}
            class={`number-link ${mark.status}`}
            type="button"
            aria-label={texts.problemShow(mark.number)}
            onClick={() => onShow(mark.number)}
          >
            {mark.number}
          </button>
        ))}
        {troubled.length > MOST_SHOWN && <span class="muted">{texts.problemMore(troubled.length - MOST_SHOWN)}</span>}
      </div>
    </div>
  );
}
