import { FileQuestion } from "lucide";
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { PageMark } from "../api/events";
import { ApiError, passes } from "../api/problem";
import { isFinished } from "../api/states";
import type { Job, JobState } from "../api/types";
import { explain, explainError, formatSeconds, t } from "../i18n";
import { announceState, readAgain } from "../state/actions";
import { announce } from "../state/announce";
import { recoveries } from "../state/connection";
import { jobs, loadJob, refreshJob } from "../state/jobs";
import { countRead, type Marks, pageMarks, watchJob } from "../state/live";
import { askedPage, notePage } from "../state/route";
import { Icon } from "../ui/Icon";
import { KeyBanner } from "../ui/KeyDialog";
import { PageStrip } from "../ui/PageStrip";
import { doubts, editing, startChecking } from "./corrections";
import { Editor } from "./Editor";
import { PageJump } from "./PageJump";
import { PageRow, type ViewMode } from "./PageRow";
import { Problems } from "./Problems";
import { SearchBar } from "./SearchBar";
import { openSearch } from "./search";
import { showPage } from "./show-page";
import { Thumbnails } from "./Thumbnails";
import { Toolbar } from "./Toolbar";
import { WholeDocument } from "./WholeDocument";

// While a job waits its place in the queue changes, and no event tells of it.
const WAITING_MS = 3000;

export function Viewer({ id }: { id: string }): JSX.Element {
  const [failure, setFailure] = useState<ApiError | null>(null);
  const job = jobs.value.find((other) => other.id === id) ?? null;
  const recovered = recoveries.value;
  useEffect(() => {
    setFailure(null);
    loadJob(id).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    });
  }, [id, recovered]);
  if (job) return <Opened job={job} />;
  if (failure && !passes(failure)) return <Gone failure={failure} />;
  return <main id="main" class="viewer" aria-busy="true" />;
}

function Gone({ failure }: { failure: ApiError }): JSX.Element {
  const texts = t.value;
  return (
    <main id="main" class="home">
      <KeyBanner />
      <div class="empty">
        <Icon node={FileQuestion} size={28} />
        <h1 class="empty-title">{failure.status === 404 ? texts.jobGone : texts.errorTitle}</h1>
        <p class="muted">{failure.status === 404 ? texts.jobGoneHint : explainError(failure)}</p>
        <a class="button" href="#/">
          {texts.back}
        </a>
      </div>
    </main>
  );
}

function Opened({ job }: { job: Job }): JSX.Element {
  const texts = t.value;
  const { id, state } = job;
  const finished = isFinished(state);
  const marks = pageMarks(id).value;
  const read = finished ? marks.size : countRead(marks);
  const [overview, setOverview] = useState(false);
  const [mode, setMode] = useState<ViewMode>("text");
  const name = job.file.name;

  useEffect(
    () =>
      watchJob(id, (now: JobState) => {
        const before = jobs.value.find((other) => other.id === id)?.state;
        void refreshJob(id);
        if (isFinished(now) && before !== undefined && !isFinished(before)) announceState(name, now);
      }),
    [id],
  );
  useEffect(() => {
    if (state !== "queued") return;
    const timer = setInterval(() => void refreshJob(id), WAITING_MS);
    return () => clearInterval(timer);
  }, [id, state]);
  useEffect(() => {
    const percent = Math.round((100 * read) / Math.max(job.pages.total, 1));
    document.title = `${state === "running" ? `${percent} % · ` : ""}${name}`;
  }, [state, read, name, texts]);

  const goPage = useCallback(
    (page: number) => {
      notePage(id, page, true);
      showPage(page);
    },
    [id],
  );
  const pickThumbnail = useCallback(
    (page: number) => {
      if (matchMedia("(max-width: 860px)").matches) setOverview(false); // it lies over the pages there
      goPage(page);
    },
    [goPage],
  );
  const retryFailed = useCallback(() => void readAgain(id, null), [id]);
  const retryPage = useCallback((page: number) => void readAgain(id, page), [id]);
  const check = useCallback(() => {
    startChecking(job, pageInView()).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      announce(explainError(error));
    });
  }, [job]);
  const canCorrect = state === "completed" || state === "partial";
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (event.key !== "F8" || event.defaultPrevented || !canCorrect || editing.value || doubts.value) return;
      event.preventDefault();
      check();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [check, canCorrect]);
  const open = editing.value;
  useEffect(() => {
    if (open) showPage(open.page, false);
  }, [open?.page]);
  const hasFailed = state === "partial" || state === "failed" || state === "cancelled";
  const numbers = pageNumbers(job, marks);
  const asked = askedPage.value;
  const isThere = asked.number > 0 && numbers.includes(asked.number);
  useEffect(() => {
    if (isThere) showPage(asked.number);
  }, [isThere, asked]);
  return (
    <main id="main" class="viewer">
      <Toolbar
        job={job}
        mode={mode}
        setMode={setMode}
        onSearch={() => void openSearch(id, state, read)}
        onOverview={numbers.length > 1 ? () => setOverview(!overview) : null}
        overview={overview}
        onCheck={canCorrect ? check : null}
        onRetry={hasFailed ? retryFailed : null}
        onPage={numbers.length > 1 ? <PageJump id={id} numbers={numbers} onPick={goPage} /> : null}
        pages={<Strip job={job} marks={marks} numbers={numbers} read={read} onPick={goPage} />}
      />
      <SearchBar job={job} read={read} />
      <Editor job={job} />
      <WholeDocument job={job} />
      <div class="viewer-notes">
        <KeyBanner />
        <Note job={job} />
        <Problems marks={marks} finished={finished} onShow={goPage} />
      </div>
      {overview && (
        <Thumbnails id={id} numbers={numbers} marks={marks} onPick={pickThumbnail} onClose={() => setOverview(false)} />
      )}
      <div class="pages">
        {numbers.map((number) => (
          <PageRow
            key={number}
            jobId={id}
            number={number}
            mark={marks.get(number) ?? null}
            mode={mode}
            finished={finished}
            onRetry={finished ? retryPage : null}
          />
        ))}
      </div>
    </main>
  );
}

/** The page that lies under the toolbar, 1 where none does. */
function pageInView(): number {
  const rows = [...document.querySelectorAll<HTMLElement>(".page")];
  return Number(rows.find((row) => row.getBoundingClientRect().bottom > 200)?.dataset.page ?? 1);
}

/** All pages when all are read; otherwise those that are done, since only the service knows what `-1` means. */
function pageNumbers(job: Job, marks: Marks): number[] {
  if (job.pages.total === job.file.pages) return Array.from({ length: job.file.pages }, (_, index) => index + 1);
  return [...marks.keys()].sort((a, b) => a - b);
}

function Strip({
  job,
  marks,
  numbers,
  read,
  onPick,
}: {
  job: Job;
  marks: Marks;
  numbers: readonly number[];
  read: number;
  onPick: (number: number) => void;
}): JSX.Element {
  const texts = t.value;
  const { total } = job.pages;
  // Cells stand for places in the list of pages, which are not page numbers when only some are read.
  const placed = new Map<number, PageMark>();
  numbers.forEach((number, place) => {
    const mark = marks.get(number);
    if (mark) placed.set(place + 1, mark);
  });
  const times = [...marks.values()];
  const last = times.at(-1);
  const seconds =
    job.started_at && job.finished_at ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000 : null;
  const running = job.state === "running";
  const more =
    running && last
      ? texts.lastPage(last.number, formatSeconds(last.seconds))
      : job.cached
        ? texts.readBefore
        : seconds !== null && marks.size >= total && texts.took(formatSeconds(seconds));
  const pick = (place: number): void => {
    const number = numbers[place - 1];
    if (number !== undefined) onPick(number);
  };
  return (
    <>
      <PageStrip
        marks={placed}
        total={total}
        done={read}
        finished={isFinished(job.state)}
        label={texts.pagesOverview}
        onPick={pick}
      />
      <span class="hint nowrap">
        {running ? texts.readingOf(read, total) : <span class="wide-only">{texts.pagesCount(total)}</span>}
        {more && <span class="wide-only"> · {more}</span>}
        {more && job.cached && <span class="narrow-only">{more}</span>}
      </span>
    </>
  );
}

function Note({ job }: { job: Job }): JSX.Element | null {
  const texts = t.value;
  if (job.state === "queued") {
    return (
      <p class="banner">
        {job.position ? `${texts.queuedAt(job.position)}. ` : ""}
        {texts.jobWaiting}
      </p>
    );
  }
  if (job.state === "cancelled") return <p class="banner">{texts.jobCancelled}</p>;
  if (job.state === "failed") {
    return (
      <div class="banner bad">
        <p>
          <strong>{texts.jobFailed}.</strong> {job.error && explain(job.error.code)}
        </p>
      </div>
    );
  }
  return null;
}
