"""The script that adds copy buttons to the code of cards; not for the cards, which need no script.

It is one constant: nothing from outside stands in it. It reads a text only as ``textContent`` and writes one
only as ``textContent`` or as the value of a text area, so that no text can become markup or code. It may run
any number of times in a page, and where it does not run, nothing is missing but the buttons.
"""

from __future__ import annotations

__all__ = ("SCRIPT",)

# Where the clipboard is closed to scripts (no https, a frame without the permission), browsers still copy
# what is selected: https://developer.mozilla.org/en-US/docs/Web/API/Document/execCommand
SCRIPT = """(() => {
  const names = new Map([["json", "JSON document"], ["sh", "command"], ["yaml", "manifest"]]);
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.readOnly = true;
      area.style.cssText = "position:fixed;top:0;left:0;width:1px;height:1px;opacity:0";
      document.body.append(area);
      area.select();
      try {
        return document.execCommand("copy");
      } catch {
        return false;
      } finally {
        area.remove();
      }
    }
  };
  // Its own card; all cards, where a notebook runs scripts elsewhere than they stand.
  const root = document.currentScript?.closest(".iamtriage") ?? document;
  for (const block of root.querySelectorAll(".iamtriage .iamtriage-code[data-iamtriage-code]")) {
    if (block.iamtriageCopies) continue;
    const name = names.get(block.dataset.iamtriageCode);
    const code = block.querySelector("pre > code");
    if (!name || !code) continue;
    block.iamtriageCopies = true;
    // A page that was saved with its buttons has them without what they do.
    for (const old of block.querySelectorAll(".iamtriage-copy, .iamtriage-copied")) old.remove();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "iamtriage-copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${name}`);
    const told = document.createElement("span");
    told.className = "iamtriage-copied";
    told.setAttribute("role", "status");
    let waiting = 0;
    button.addEventListener("click", async () => {
      const done = await copied(code.textContent);
      if (done) button.focus({preventScroll: true});
      else getSelection().selectAllChildren(code);
      button.textContent = done ? "Copied" : "Selected";
      told.textContent = done ? `Copied ${name}` : "It is selected: copy it with the keyboard";
      clearTimeout(waiting);
      waiting = setTimeout(() => { button.textContent = "Copy"; told.textContent = ""; }, 2500);
    });
    // Notebooks take these keys for commands of theirs.
    button.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") event.stopPropagation();
    });
    block.classList.add("iamtriage-copyable");
    block.append(button, told);
  }
})();"""
"""The whole script."""
