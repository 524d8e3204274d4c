import { Undo2 } from "lucide";
import type { JSX } from "preact";
import { ApiError } from "../api/problem";
import type { Page } from "../api/types";
import { explainError, formatTime, labelName, t } from "../i18n";
import { announce } from "../state/announce";
import { Icon } from "../ui/Icon";
import { correct } from "./corrections";

/** What people have corrected on a page, deleted regions too, each with the way back. */
export function CorrectionList({ job, page }: { job: string; page: Page }): JSX.Element | null {
  const texts = t.value;
  const entries = (page.corrections ?? []).filter((entry) => entry.changed.length > 0);
  if (entries.length === 0) return null;
  const undo = async (region: number): Promise<void> => {
    try {
      await correct(job, page, region, { undo: true });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      announce(explainError(error));
    }
  };
  return (
    <details class="corrections">
      <summary>{texts.correctionsCount(entries.length)}</summary>
      <ul>
        {entries.map((entry) => (
          <li key={entry.region}>
            <span>
              {labelName(entry.original.label)}
              {entry.changed.includes("deleted") && `, ${texts.correctionDeleted}`}:{" "}
              <q>{shortened(entry.original.content) || texts.regionNotRead}</q>{" "}
              <span class="muted">
                {texts.correctedBy(entry.by, formatTime(new Date(entry.at * 1000).toISOString()))}
              </span>
            </span>
            <button class="button small" type="button" onClick={() => void undo(entry.region)}>
              <Icon node={Undo2} size={14} />
              {texts.correctionUndo}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

const shortened = (content: string): string => {
  const text = content
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};
