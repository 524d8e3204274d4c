import { FileText, Image, Trash2, X } from "lucide";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { isFinished } from "../api/states";
import type { Job, JobState } from "../api/types";
import { explain, formatSeconds, formatTime, t } from "../i18n";
import { announceState, cancelOrRemove } from "../state/actions";
import { refreshJob } from "../state/jobs";
import { countRead, type Marks, pageMarks, watchJob } from "../state/live";
import { jobLink } from "../state/route";
import { select, selected } from "../state/selection";
import { Icon } from "../ui/Icon";
import { PageStrip } from "../ui/PageStrip";
import { StatePill } from "../ui/StatePill";

const NO_MARKS: Marks = new Map();

/** One document of the list. `live`: its pages are followed as they are read. */
export function JobCard({ job, live }: { job: Job; live: boolean }): JSX.Element {
  const texts = t.value;
  const finished = isFinished(job.state);
  useEffect(() => {
    if (!live) return;
    return watchJob(job.id, (state: JobState) => {
      void refreshJob(job.id);
      if (isFinished(state)) announceState(job.file.name, state);
    });
  }, [job.id, live]);
  const marks = live ? pageMarks(job.id).value : NO_MARKS;
  return (
    <li class="card job" data-state={job.state}>
      <input
        class="card-action select"
        type="checkbox"
        aria-label={texts.selectDocument(job.file.name)}
        checked={selected.value.has(job.id)}
        onChange={(event) => select(job.id, event.currentTarget.checked)}
      />
      <span class="file-icon">
        <Icon node={job.file.type === "pdf" ? FileText : Image} size={18} />
      </span>
      <div class="card-body">
        <div class="card-head">
          <h3 class="card-name">
            <a class="card-link" href={jobLink(job.id)}>
              {job.file.name}
            </a>
          </h3>
          <StatePill state={job.state} />
        </div>
        {job.state === "running" && <Progress job={job} marks={marks} />}
        <p class="card-facts hint">{facts(job, marks)}</p>
      </div>
      <button
        class="icon-button card-action"
        type="button"
        aria-label={`${finished ? texts.removeJob : texts.cancelJob}: ${job.file.name}`}
        title={finished ? texts.removeJobTitle : texts.cancelJobTitle}
        onClick={() => void cancelOrRemove(job)}
      >
        <Icon node={finished ? Trash2 : X} />
      </button>
    </li>
  );
}

function Progress({ job, marks }: { job: Job; marks: Marks }): JSX.Element {
  const shown = marks.size > 0 ? marks : counted(job);
  return (
    <PageStrip marks={shown} total={job.pages.total} done={read(job, marks)} finished={false} label={job.file.name} />
  );
}

const read = (job: Job, marks: Marks): number => Math.max(countRead(marks), job.pages.done + job.pages.failed);

/** Jobs that are not followed show how far they are, though not which pages. */
function counted(job: Job): Marks {
  const marks = new Map();
  for (let number = 1; number <= job.pages.done; number += 1) {
    marks.set(number, { number, status: "completed", seconds: 0, error: null, again: false });
  }
  return marks;
}

function facts(job: Job, marks: Marks): string {
  const texts = t.value;
  const { total, failed } = job.pages;
  if (job.state === "queued") return job.position ? texts.queuedAt(job.position) : texts.queued;
  if (job.state === "running") {
    const last = [...marks.values()].at(-1);
    const done = read(job, marks);
    if (done === 0) return `${texts.starting} · ${texts.pagesCount(total)}`;
    return [
      texts.readingOf(done, total),
      left(job, done),
      last && texts.lastPage(last.number, formatSeconds(last.seconds)),
    ]
      .filter(Boolean)
      .join(" · ");
  }
  const parts = [formatTime(job.created_at), texts.pagesCount(total)];
  if (failed > 0 && job.state !== "cancelled") parts.push(texts.failedCount(failed));
  if (job.state === "failed" && job.error) parts.push(explain(job.error.code));
  else if (job.cached) parts.push(texts.readBefore);
  else if (job.started_at && job.finished_at)
    parts.push(texts.took(formatSeconds(secondsBetween(job.started_at, job.finished_at))));
  return parts.join(" · ");
}

const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

/** How long the rest may take, from what the pages before took. */
function left(job: Job, done: number): string {
  const elapsed = job.started_at ? (Date.now() - Date.parse(job.started_at)) / 1000 : 0;
  if (job.runs > 1 || done < 3 || elapsed < 5) return ""; // nothing to go by yet
  return t.value.timeLeft(formatSeconds((elapsed / done) * Math.max(job.pages.total - done, 0)));
}
