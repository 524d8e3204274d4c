import { FileUp, FileWarning, X } from "lucide";
import type { JSX } from "preact";
import { explainError, formatBytes, t } from "../i18n";
import { dismiss, sendAgain, type Upload } from "../state/uploads";
import { Icon } from "../ui/Icon";

/** A document on its way, or refused with the reason and what to do. */
export function UploadRow({ upload }: { upload: Upload }): JSX.Element {
  const texts = t.value;
  const { file, state, sent, error } = upload;
  const percent = Math.round(sent * 100);
  return (
    <li class={`card upload ${state}`}>
      <span class={`file-icon ${state === "refused" ? "bad" : ""}`}>
        <Icon node={state === "refused" ? FileWarning : FileUp} size={20} />
      </span>
      <div class="card-body">
        <div class="card-head">
          <h3 class="card-name">{file.name}</h3>
          <span class="muted nowrap">{formatBytes(file.size)}</span>
        </div>
        {state === "refused" && error ? (
          <div role="alert">
            <p class="bad-text">{explainError(error)}</p>
            {error.message && <p class="hint">{error.message}</p>}
            {error.code === "encrypted_pdf" ? (
              <Unlock upload={upload} />
            ) : (
              <button class="button small" type="button" onClick={() => sendAgain(upload)}>
                {texts.tryAgain}
              </button>
            )}
          </div>
        ) : (
          <>
            <progress class="bar" max={1} value={sent} aria-label={file.name} />
            <p class="hint">
              {state === "waiting"
                ? texts.uploadWaiting
                : percent < 100
                  ? texts.uploadSending(percent)
                  : texts.uploadChecking}
            </p>
          </>
        )}
      </div>
      <button
        class="icon-button"
        type="button"
        aria-label={`${state === "refused" ? texts.remove : texts.cancel}: ${file.name}`}
        onClick={() => dismiss(upload.id)}
      >
        <Icon node={X} />
      </button>
    </li>
  );
}

function Unlock({ upload }: { upload: Upload }): JSX.Element {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget as HTMLFormElement).get("password") ?? "");
    if (password) sendAgain(upload, { password });
  };
  return (
    <form class="unlock" onSubmit={submit}>
      <input
        name="password"
        type="password"
        required
        autocomplete="off"
        aria-label={t.value.uploadPassword}
        placeholder={t.value.uploadPassword}
      />
      <button class="button small primary" type="submit">
        {t.value.uploadUnlock}
      </button>
    </form>
  );
}
