import { signal } from "@preact/signals";
import { ChevronDown, ChevronRight, Layers } from "lucide";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type Batch, getBatch } from "../api/client";
import { ApiError } from "../api/problem";
import type { JobState } from "../api/types";
import { t } from "../i18n";
import { jobs } from "../state/jobs";
import { selectBatch } from "../state/selection";
import { Icon } from "../ui/Icon";

/** Batches whose documents are folded away. */
export const collapsed = signal<ReadonlySet<string>>(new Set());

const batches = signal<ReadonlyMap<string, Batch>>(new Map());

/** What stands above the documents of one batch: where they came from, how many are in which state. */
export function BatchHead({ id }: { id: string }): JSX.Element {
  const texts = t.value;
  const batch = batches.value.get(id);
  const shown = jobs.value.filter((job) => job.batch_id === id);
  const version = shown.map((job) => job.state).join();
  useEffect(() => {
    getBatch(id).then(
      (found) => {
        batches.value = new Map(batches.value).set(id, found);
      },
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error; // the documents are there without it
      },
    );
  }, [id, version]);
  const isOpen = !collapsed.value.has(id);
  const toggle = (): void => {
    const now = new Set(collapsed.value);
    if (isOpen) now.add(id);
    else now.delete(id);
    collapsed.value = now;
  };
  const states = Object.entries(batch?.documents ?? {}).map(
    ([state, count]) => `${texts.states[state as JobState] ?? texts.batchStates[state] ?? state}: ${count}`,
  );
  return (
    <li class="batch-head">
      <button class="batch-name" type="button" aria-expanded={isOpen} onClick={toggle}>
        <Icon node={isOpen ? ChevronDown : ChevronRight} size={16} />
        <Icon node={Layers} size={16} />
        <span>{texts.batchName(batch?.source.s3_prefix ?? "")}</span>
      </button>
      <span class="hint">{[texts.documentsCount(batch?.total ?? shown.length), ...states].join(" · ")}</span>
      <button class="button small" type="button" onClick={() => selectBatch(id)}>
        {texts.batchSelect}
      </button>
    </li>
  );
}
