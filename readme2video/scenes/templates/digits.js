// Where each sign of the numbers that count stands, and the ten digits in their types on a sheet of their own.
// The last thing done with a scene: everything else on the page is hidden for it.
(numbers) => {
  const TYPE = ["fontFamily", "fontSize", "fontWeight", "fontStretch", "fontStyle", "fontKerning", "fontFeatureSettings",
    "fontVariationSettings", "fontVariantNumeric", "fontOpticalSizing", "letterSpacing", "textTransform"];
  const scene = document.getElementById("scene");
  const ranges = document.createRange();
  const boxOf = (node, at) => {
    ranges.setStart(node, at);
    ranges.setEnd(node, at + 1);
    const { left, top, right, bottom } = ranges.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const sheet = document.createElement("div");
  Object.assign(sheet.style, { position: "absolute", left: "0", top: "0", width: "100%", color: "#fff", direction: "ltr" });
  const types = new Map(), found = [];
  for (const { element, text, start } of numbers) {
    const node = scene.querySelector(`[data-element="${CSS.escape(element)}"]`);
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const signs = [];
    while (walker.nextNode()) for (let at = 0; at < walker.currentNode.data.length; at += 1) signs.push([walker.currentNode, at]);
    const own = signs.slice(start, start + text.length);
    if (own.map(([at, index]) => at.data[index]).join("") !== text) continue; // something was left out before it
    const style = getComputedStyle(node);
    const key = TYPE.map((name) => style[name]).join("|");
    if (!types.has(key)) {
      const row = document.createElement("div");
      for (const name of TYPE) row.style[name] = style[name];
      Object.assign(row.style, { lineHeight: "1.3", whiteSpace: "normal" });
      for (let digit = 0; digit < 10; digit += 1) {
        const cell = document.createElement("span");
        Object.assign(cell.style, { display: "inline-block", margin: "0.1em 0.3em" });
        cell.textContent = String(digit);
        row.append(cell);
      }
      sheet.append(row);
      types.set(key, row);
    }
    found.push({ element, text, key, cells: own.map(([at, index]) => boxOf(at, index)) });
  }
  if (!found.length) return { numerals: [], width: 0, height: 0 };
  for (const child of scene.children) child.style.visibility = "hidden";
  scene.append(sheet);
  const glyphs = new Map([...types].map(([key, row]) => [key, [...row.children].map((cell) => boxOf(cell.firstChild, 0))]));
  const { width, height } = sheet.getBoundingClientRect();
  return { numerals: found.map(({ key, ...numeral }) => ({ ...numeral, glyphs: glyphs.get(key) })), width, height };
}
