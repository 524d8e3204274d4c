import { Files } from "lucide";
import { Fragment, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type ApiError, passes } from "../api/problem";
import { isFinished } from "../api/states";
import type { Job } from "../api/types";
import { explainError, t } from "../i18n";
import {
  counts,
  group,
  jobs,
  listState,
  loadMore,
  nextPart,
  order,
  refreshList,
  wantedName,
  watchList,
} from "../state/jobs";
import { uploads } from "../state/uploads";
import { Icon } from "../ui/Icon";
import { KeyBanner } from "../ui/KeyDialog";
import { BatchHead, collapsed } from "./BatchHead";
import { DropZone } from "./DropZone";
import { JobCard } from "./JobCard";
import { ListTools } from "./ListTools";
import { OptionsPanel } from "./OptionsPanel";
import { UploadRow } from "./UploadRow";

// Each followed job holds a connection open, of the six that browsers allow: the rest is asked for every two seconds.
const MOST_FOLLOWED = 2;

export function Home(): JSX.Element {
  const texts = t.value;
  useEffect(watchList, []);
  useEffect(() => {
    document.title = texts.title;
  }, [texts]);
  // Whoever has documents here looks for them, not for what the service does.
  const used = Object.values(counts.value).some((count) => count > 0) || uploads.value.length > 0;
  return (
    <main id="main" class="home">
      <section class={used ? "intro used" : "intro"}>
        <h1>{texts.headline}</h1>
        <p class="lead">{texts.lead}</p>
      </section>
      <KeyBanner />
      <DropZone small={used} />
      <OptionsPanel />
      <section class="documents" aria-labelledby="documents-title">
        <h2 id="documents-title">{texts.documentsTitle}</h2>
        {used && <ListTools />}
        <Documents />
      </section>
    </main>
  );
}

function Documents(): JSX.Element {
  const texts = t.value;
  const state = listState.value;
  const followed = jobs.value.filter((job) => !isFinished(job.state)).sort((a, b) => rank(a.state) - rank(b.state));
  const live = new Set(followed.slice(0, MOST_FOLLOWED).map((job) => job.id));
  const isFiltered = group.value !== "all" || wantedName.value !== "";
  const empty = jobs.value.length === 0 && uploads.value.length === 0;
  return (
    <>
      {state !== "ready" && state !== "loading" && !isToldElsewhere(state) && (
        <div class="banner bad" role="alert">
          <p>
            {texts.listFailed}. {explainError(state)}
          </p>
          <button class="button small" type="button" onClick={() => void refreshList()}>
            {texts.tryAgain}
          </button>
        </div>
      )}
      {empty && (state === "loading" || (state !== "ready" && passes(state))) && (
        <ul class="cards" aria-label={texts.documentsLoading} aria-busy="true">
          <li class="card skeleton" />
          <li class="card skeleton" />
        </ul>
      )}
      {empty && state === "ready" && (
        <div class="empty">
          <Icon node={Files} size={28} />
          <p class="empty-title">{isFiltered ? texts.listNothing : texts.documentsEmpty}</p>
          {!isFiltered && <p class="muted">{texts.documentsEmptyHint}</p>}
        </div>
      )}
      {!empty && (
        <>
          {uploads.value.length > 0 && (
            <ul class="cards">
              {uploads.value.map((upload) => (
                <UploadRow key={upload.id} upload={upload} />
              ))}
            </ul>
          )}
          {chunks(jobs.value).map((part, place) => (
            <Rows
              key={place}
              jobs={part}
              before={jobs.value[place * CHUNK - 1] ?? null}
              live={live}
              first={place === 0}
            />
          ))}
        </>
      )}
      {nextPart.value && <More />}
    </>
  );
}

const CHUNK = 50;

function chunks(all: readonly Job[]): Job[][] {
  return Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, place) =>
    all.slice(place * CHUNK, (place + 1) * CHUNK),
  );
}

/** Some rows of the list: while they are far from view, an empty space of their height. */
function Rows({
  jobs: rows,
  before,
  live,
  first,
}: {
  jobs: readonly Job[];
  before: Job | null;
  live: ReadonlySet<string>;
  first: boolean;
}): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const [near, setNear] = useState(first);
  const height = useRef(rows.length * ROW_PX);
  useEffect(() => {
    if (!list.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (!entry.isIntersecting) height.current = entry.boundingClientRect.height || height.current;
        setNear(entry.isIntersecting);
      },
      { rootMargin: "100% 0px" },
    );
    observer.observe(list.current);
    return () => observer.disconnect();
  }, []);
  const hidden = collapsed.value;
  return (
    <ul class="cards" ref={list} style={{ minHeight: near ? undefined : `${height.current}px` }}>
      {near &&
        rows.map((job, place) => (
          <Fragment key={job.id}>
            {startsBatch(job, rows[place - 1] ?? before) && <BatchHead id={job.batch_id ?? ""} />}
            {!(job.batch_id && hidden.has(job.batch_id)) && <JobCard job={job} live={live.has(job.id)} />}
          </Fragment>
        ))}
    </ul>
  );
}

const ROW_PX = 62;

const startsBatch = (job: Job, before: Job | null): boolean =>
  job.batch_id !== null && job.batch_id !== before?.batch_id && order.value !== "name";

/** More of the list, asked for as its end comes near. */
function More(): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!button.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void loadMore(), {
      rootMargin: "600px 0px",
    });
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [nextPart.value]);
  return (
    <button class="button more" type="button" ref={button} onClick={() => void loadMore()}>
      {t.value.showEarlier}
    </button>
  );
}

const rank = (state: string): number => (state === "running" ? 0 : 1);

/** By the banner of the key, or of the connection. */
const isToldElsewhere = (error: ApiError): boolean => error.code === "unauthorized" || passes(error);
