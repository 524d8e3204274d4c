import { ChevronDown, Download } from "lucide";
import type { JSX } from "preact";
import { address, call, type ResultFormat, resultPath } from "../api/client";
import { ApiError } from "../api/problem";
import { isFinished } from "../api/states";
import type { Job } from "../api/types";
import { explainError, t } from "../i18n";
import { announce } from "../state/announce";
import { currentKey } from "../state/key";
import { Icon } from "../ui/Icon";
import { Menu } from "../ui/Menu";

const FORMATS: readonly ResultFormat[] = ["md", "zip", "html", "pdf", "json"];

export function DownloadMenu({ job }: { job: Job }): JSX.Element {
  const texts = t.value;
  const label = (
    <>
      <Icon node={Download} size={16} />
      <span class="wide-only">{texts.download}</span>
      <Icon node={ChevronDown} size={14} />
    </>
  );
  return (
    <Menu label={label} name={texts.download} buttonClass="button">
      {!isFinished(job.state) && <p class="menu-note hint">{texts.downloadPartial}</p>}
      {FORMATS.map((format) => (
        <a
          key={format}
          class="menu-item"
          href={address(resultPath(job.id, format, job.state))}
          download={fileName(job, format)}
          onClick={(event) => void download(event, job, format)}
        >
          <span class="menu-item-name">
            {texts.formats[format][0]} <span class="muted">.{format}</span>
          </span>
          <span class="hint">{texts.formats[format][1]}</span>
        </a>
      ))}
    </Menu>
  );
}

const fileName = (job: Job, format: ResultFormat): string => `${job.file.name.replace(/\.[^.]+$/, "")}.${format}`;

/** A link cannot carry the API key: then the file is fetched and handed over. Without a key the browser does it all. */
async function download(event: Event, job: Job, format: ResultFormat): Promise<void> {
  if (!currentKey()) return;
  event.preventDefault();
  try {
    const response = await call(resultPath(job.id, format, job.state));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = fileName(job, format);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    announce(t.value.downloadFailed(explainError(error)));
  }
}
