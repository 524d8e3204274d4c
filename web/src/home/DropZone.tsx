import { FileUp } from "lucide";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { announce } from "../state/announce";
import { goTo } from "../state/route";
import { send } from "../state/uploads";
import { Icon } from "../ui/Icon";
import { filesOf, judged } from "./dropped-files";
import { ACCEPT } from "./file-types";
import { asFields, options, pagesAreWrong } from "./options";

function take(files: readonly { file: File; name: string }[]): void {
  if (files.length === 0) return;
  if (pagesAreWrong.value) {
    announce(t.value.optionPagesWrong);
    return;
  }
  const dropped = files.map(judged);
  const refused = dropped.filter((file) => file.refused).length;
  goTo("#/"); // where each file is seen with what becomes of it
  announce(t.value.acceptedAnnounced(dropped.length - refused, refused));
  send(dropped, asFields(options.value));
}

const named = (files: Iterable<File>): { file: File; name: string }[] =>
  [...files].map((file) => ({ file, name: file.name }));

/** A place to drop or choose documents. */
export function DropZone({ small }: { small: boolean }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const texts = t.value;
  const choose = (): void => {
    take(named(input.current?.files ?? []));
    if (input.current) input.current.value = ""; // the same file can be chosen again
  };
  return (
    <label class={small ? "drop-zone small" : "drop-zone"}>
      <input ref={input} type="file" multiple accept={ACCEPT} onChange={choose} aria-describedby="drop-types" />
      <span class="drop-icon">
        <Icon node={FileUp} size={30} />
      </span>
      <span class="drop-title mouse-only">{texts.dropTitle}</span>
      <span class="drop-title touch-only">{texts.chooseTitle}</span>
      <span class="drop-or touch-only">{texts.chooseHint}</span>
      <span class="drop-or mouse-only">
        {texts.dropOr} <span class="link">{texts.choose}</span>
      </span>
      <span id="drop-types" class="hint">
        {texts.dropTypes}
      </span>
    </label>
  );
}

/** Dropping and pasting work anywhere on the page. */
export function DropAnywhere(): JSX.Element {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0; // enter and leave come for every element on the way
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      depth -= 1;
      if (depth <= 0) setOver(false);
    };
    const move = (event: DragEvent): void => {
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      depth = 0;
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) void filesOf(event.dataTransfer).then(take);
    };
    const paste = (event: ClipboardEvent): void => {
      const files = named(event.clipboardData?.files ?? []);
      if (files.length === 0) return; // text goes where the cursor is
      event.preventDefault();
      take(files);
    };
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", move);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", move);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  }, []);
  return (
    <div class="drop-curtain" hidden={!over} aria-hidden="true">
      <div>
        <Icon node={FileUp} size={40} />
        <p>{t.value.dropHere}</p>
      </div>
    </div>
  );
}
