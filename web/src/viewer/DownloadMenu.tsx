import { ChevronDown, Download, LoaderCircle } from "lucide";
import type { JSX } from "preact";
import { address, type ResultFormat, resultPath } from "../api/client";
import { isFinished } from "../api/states";
import type { Job } from "../api/types";
import { t } from "../i18n";
import { Icon } from "../ui/Icon";
import { Menu } from "../ui/Menu";
import { download, fileName, making, makingKey } from "./exports";

const FORMATS: readonly ResultFormat[] = ["docx", "pdf", "md", "zip", "html", "txt", "json", "chunks.json"];
const AT_ANY_TIME: readonly ResultFormat[] = ["md", "json"];

export function DownloadMenu({ job }: { job: Job }): JSX.Element {
  const texts = t.value;
  const finished = isFinished(job.state);
  const underWay = FORMATS.flatMap((format) => making.value.get(makingKey(job, format)) ?? []);
  const busy = FORMATS.some((format) => making.value.has(makingKey(job, format)));
  const label = (
    <>
      <span class={busy ? "turning" : ""}>
        <Icon node={busy ? LoaderCircle : Download} size={16} />
      </span>
      <span class="wide-only">
        {busy && underWay.length > 0 ? `${Math.round(100 * Math.min(...underWay))} %` : texts.download}
      </span>
      <Icon node={ChevronDown} size={14} />
    </>
  );
  return (
    <Menu label={label} name={texts.download} buttonClass="button">
      {!finished && <p class="menu-note hint">{texts.downloadPartial}</p>}
      {FORMATS.filter((format) => finished || AT_ANY_TIME.includes(format)).map((format) => (
        <a
          key={format}
          class="menu-item"
          href={address(resultPath(job.id, format, job.state))}
          download={fileName(job, format)}
          onClick={(event) => {
            event.preventDefault();
            void download(job, format);
          }}
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
