import type { JSX } from "preact";
import type { PageMark } from "../api/events";
import type { Marks } from "../state/live";

const MOST_CELLS = 120;

type CellState = "waiting" | "again" | "some" | "completed" | "partial" | "failed";

/**
 * The pages of a document as a row of cells that fill as pages are read; long documents share cells. `finished`: no page
 * waits to be read again, and one that was cancelled before that is what it was.
 */
export function PageStrip({
  marks,
  total,
  label,
  done,
  finished,
  onPick,
}: {
  marks: Marks;
  total: number;
  label: string;
  done: number;
  finished: boolean;
  onPick?: (number: number) => void;
}): JSX.Element {
  const perCell = Math.max(1, Math.ceil(total / MOST_CELLS));
  const cells = Array.from({ length: Math.ceil(total / perCell) }, (_, cell) => {
    const first = cell * perCell + 1;
    return { first, state: stateOf(marks, first, Math.min(first + perCell - 1, total), finished) };
  });
  return (
    <div
      class={`strip${cells.length > 40 ? " dense" : ""}${onPick ? " pickable" : ""}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(done, total)}
      onClick={(event) => {
        const cell = (event.target as HTMLElement).dataset.first;
        if (cell && onPick) onPick(Number(cell));
      }}
    >
      {cells.map((cell) => (
        <span key={cell.first} class={`strip-cell ${cell.state}`} data-first={cell.first} />
      ))}
    </div>
  );
}

function stateOf(marks: Marks, first: number, last: number, finished: boolean): CellState {
  const found: PageMark[] = [];
  for (let number = first; number <= last; number += 1) {
    const mark = marks.get(number);
    if (mark) found.push(mark);
  }
  if (!finished && found.some((mark) => mark.again)) return "again";
  if (found.some((mark) => mark.status === "failed")) return "failed";
  if (found.some((mark) => mark.status === "partial")) return "partial";
  if (found.length === 0) return "waiting";
  return found.length > last - first ? "completed" : "some";
}
