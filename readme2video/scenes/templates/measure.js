// What is measured of a scene that has been laid out. Every rule names an element and gives its figures.

// Where words may stand, in layout pixels: left, top, right, bottom. Outside of it players and feeds put their buttons.
const SAFE = { "16:9": [96, 54, 1824, 1026], "9:16": [64, 220, 916, 1440], "1:1": [64, 64, 1016, 1016] };
const SLACK = 2; // layout pixels that rounding may cost

// The rectangle around the words of a node, without signs and pictures; null when it has none.
function wordsOf(node) {
  const range = document.createRange();
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  let found = null;
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects()) {
      if (!box.width) continue;
      found ??= { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
      found.left = Math.min(found.left, box.left); found.right = Math.max(found.right, box.right);
      found.top = Math.min(found.top, box.top); found.bottom = Math.max(found.bottom, box.bottom);
    }
  }
  return found;
}

// The same without what a face keeps free above and below these letters: a large face keeps much.
function inkOf(node, box) {
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(node);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
  const kept = pen.measureText(node.textContent);
  return {
    ...box,
    top: box.top + Math.max(0, kept.fontBoundingBoxAscent - kept.actualBoundingBoxAscent),
    bottom: box.bottom - Math.max(0, kept.fontBoundingBoxDescent - kept.actualBoundingBoxDescent),
  };
}

// How far a box reaches out of another, 0 when it lies inside.
function outOf(box, [left, top, right, bottom]) {
  return Math.max(0, left - box.left, top - box.top, box.right - right, box.bottom - bottom);
}

// Words outside of where they may stand.
function outside(nodes, aspect) {
  const found = [];
  for (const node of nodes) {
    if (node.dataset.sheet !== "ink") continue;
    let box = wordsOf(node);
    if (box && outOf(box, SAFE[aspect]) > SLACK) box = inkOf(node, box);
    const out = box ? outOf(box, SAFE[aspect]) : 0;
    if (out > SLACK) found.push({ path: node.dataset.element, out: Math.ceil(out) });
  }
  return found;
}

// Elements of one sheet that lie on each other: they could not enter on their own.
function overlapping(nodes) {
  const found = [];
  const inked = nodes.filter((node) => node.dataset.sheet === "ink");
  const boxes = inked.map((node) => wordsOf(node) ?? node.getBoundingClientRect());
  for (let one = 0; one < inked.length; one += 1) {
    for (let other = one + 1; other < inked.length; other += 1) {
      if (inked[one].contains(inked[other]) || inked[other].contains(inked[one])) continue;
      const [a, b] = [boxes[one], boxes[other]];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      // The line boxes of close-set type overlap by their empty parts; letters do not.
      const along = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) - 0.2 * Math.min(a.bottom - a.top, b.bottom - b.top);
      if (across > SLACK && along > SLACK) found.push({ path: inked[one].dataset.element, other: inked[other].dataset.element, across: Math.round(across) });
    }
  }
  return found;
}

// Whether a headline of four words and more has a line of one short word.
function thinLine(node, lang) {
  if (node.dataset.role !== "headline" || /^(zh|ja|ko|th)/.test(lang)) return false;
  const range = document.createRange();
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const lines = new Map(); // by their height on the page: how many letters, how many words
  let all = 0;
  while (walker.nextNode()) {
    for (const word of walker.currentNode.data.matchAll(/\S+/gu)) {
      range.setStart(walker.currentNode, word.index);
      range.setEnd(walker.currentNode, word.index + word[0].length);
      const top = Math.round(range.getBoundingClientRect().top);
      const [letters, words] = lines.get(top) ?? [0, 0];
      lines.set(top, [letters + word[0].length, words + 1]);
      all += 1;
    }
  }
  return all > 3 && [...lines.values()].some(([letters, words]) => words === 1 && letters <= 3);
}

// Headlines and sublines of three words and more whose last line is one short word.
function orphans(nodes, lang) {
  const found = [];
  if (/^(zh|ja|ko|th)/.test(lang)) return found; // lines do not break at blanks there
  const range = document.createRange();
  for (const node of nodes) {
    if (!["headline", "subline"].includes(node.dataset.role)) continue;
    const words = node.textContent.trim().split(/\s+/u);
    const text = [...(function* texts(inner) { for (const child of inner.childNodes) if (child.nodeType === 3) yield child; else yield* texts(child); })(node)]
      .filter((child) => child.data.trim()).at(-1);
    if (words.length < 3 || !text) continue;
    const last = text.data.trimEnd();
    const start = last.search(/\S+$/u);
    if (start < 1) continue;
    range.setStart(text, start); range.setEnd(text, last.length);
    const word = range.getBoundingClientRect();
    range.setStart(text, start - 2 >= 0 ? start - 2 : 0); range.setEnd(text, start - 1 || 1);
    const before = range.getBoundingClientRect();
    if (word.top > before.top + word.height * 0.5 && last.length - start <= 8) found.push({ path: node.dataset.element, text: last.slice(start) });
  }
  return found;
}
