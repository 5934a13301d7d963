"""Define the script that adds copy buttons to the code in cards.

The script is a constant without untrusted text. It reads and writes text only as ``textContent`` and as the
value of a text area, so that no text can become markup or code. It can run any number of times in a page.
Without it, only the buttons are missing.
"""

from __future__ import annotations

__all__ = ("SCRIPT",)

# If scripts cannot access the clipboard (no https, or a frame without the permission), browsers can still
# copy the selection: https://developer.mozilla.org/en-US/docs/Web/API/Document/execCommand
SCRIPT = """(() => {
  const names = new Map(
    [["json", "JSON document"], ["sh", "command"], ["yaml", "manifest"], ["hcl", "code"]]);
  const copyText = async (text) => {
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
  // The script's own card; all cards if a notebook runs scripts outside of their place.
  const root = document.currentScript?.closest(".iamtriage") ?? document;
  for (const block of root.querySelectorAll(".iamtriage .iamtriage-code[data-iamtriage-code]")) {
    if (block.iamtriageCopies) continue;
    const name = names.get(block.dataset.iamtriageCode);
    const code = block.querySelector("pre > code");
    if (!name || !code) continue;
    block.iamtriageCopies = true;
    // The buttons of a saved page do nothing any more.
    for (const old of block.querySelectorAll(".iamtriage-copy, .iamtriage-copied")) old.remove();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "iamtriage-copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${name}`);
    const status = document.createElement("span");
    status.className = "iamtriage-copied";
    status.setAttribute("role", "status");
    let waiting = 0;
    button.addEventListener("click", async () => {
      const done = await copyText(code.textContent);
      if (done) button.focus({preventScroll: true});
      else getSelection().selectAllChildren(code);
      button.textContent = done ? "Copied" : "Selected";
      status.textContent = done ? `Copied ${name}` : "Selected: copy it with the keyboard";
      clearTimeout(waiting);
      waiting = setTimeout(() => { button.textContent = "Copy"; status.textContent = ""; }, 2500);
    });
    // Notebooks would run their own command for these keys.
    button.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") event.stopPropagation();
    });
    block.classList.add("iamtriage-copyable");
    block.append(button, status);
  }
})();"""
"""The script, without a ``script`` element."""
