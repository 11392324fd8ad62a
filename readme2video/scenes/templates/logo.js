// What is done with a project's logo: measured for its colours, trimmed, sized and given a ground where it needs one.
// Called through the debugging protocol once per page; `page.js` and the shooter use what it leaves there.
() => {
  const SIDE = 128; // of the canvas a logo is looked at on
  const SEEN = 0.4; // from this alpha on a pixel counts as visible
  const POOR = 1.75; // contrast below which a part of a logo is lost on its ground
  const LOST = 0.16; // how much of it may be lost
  const RIM = 3; // pixels of the canvas from a sign's edge inwards

  // The pixels of a picture in its own proportions, the longer side SIDE; null when it cannot be drawn.
  async function pixelsOf(image, mostPixels) {
    try {
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      if (!width || !height || width * height > mostPixels) return null;
      const factor = SIDE / Math.max(width, height);
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(width * factor));
      canvas.height = Math.max(1, Math.round(height * factor));
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      pen.imageSmoothingQuality = "high";
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      return { data, across: canvas.width, down: canvas.height, width, height };
    } catch {
      return null;
    }
  }

  const channel = (value) => (value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = (red, green, blue) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

  // The paper a logo is drawn on: null when it is clear, a colour when all four corners have it, "" for a full picture.
  function paperOf({ data, across, down }) {
    const last = across * down - 1;
    const corners = [0, across - 1, last - across + 1, last].map((at) => [...data.slice(at * 4, at * 4 + 4)]);
    if (corners.some((corner) => corner[3] < 250)) return null;
    const same = corners.every((corner) => corner.every((value, at) => Math.abs(value - corners[0][at]) <= 6));
    return same ? corners[0].slice(0, 3) : "";
  }

  // The part of it that is neither clear nor paper, as shares from each side: left, top, right, bottom.
  function inkOf({ data, across, down }, paper) {
    let left = across, top = down, right = -1, bottom = -1;
    for (let y = 0; y < down; y += 1) for (let x = 0; x < across; x += 1) {
      const at = (y * across + x) * 4;
      if (data[at + 3] < 20) continue;
      if (paper && Math.max(...paper.map((value, index) => Math.abs(value - data[at + index]))) <= 12) continue;
      left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y);
    }
    if (right < 0) return null;
    // One pixel of air: an edge lies between two pixels of the small canvas.
    return { left: Math.max(left - 1, 0), top: Math.max(top - 1, 0), right: Math.min(right + 2, across), bottom: Math.min(bottom + 2, down) };
  }

  // The share of a sign's rim that would be lost on a ground. What lies inside stands on the sign's own colours.
  function lostOn({ data, across, down }, ground) {
    const visible = (x, y) => x >= 0 && y >= 0 && x < across && y < down && data[(y * across + x) * 4 + 3] / 255 >= SEEN;
    let lost = 0, seen = 0;
    for (let y = 0; y < down; y += 1) for (let x = 0; x < across; x += 1) {
      if (!visible(x, y) || (visible(x - RIM, y) && visible(x + RIM, y) && visible(x, y - RIM) && visible(x, y + RIM))) continue;
      const at = (y * across + x) * 4;
      seen += 1;
      if (contrast(luminance(data[at], data[at + 1], data[at + 2]), ground) < POOR) lost += 1;
    }
    return seen ? lost / seen : 1;
  }

  // Whether a sign is one shade of grey, black or white: such a one may be turned into its opposite.
  function isPlain({ data }) {
    let seen = 0, odd = 0, sum = 0;
    const lights = [];
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] / 255 < SEEN) continue;
      const [red, green, blue] = data.slice(at, at + 3);
      seen += 1;
      if (Math.max(red, green, blue) - Math.min(red, green, blue) > 34) odd += 1;
      lights.push((red + green + blue) / 3);
      sum += lights.at(-1);
    }
    const away = lights.filter((light) => Math.abs(light - sum / seen) > 48).length;
    return seen > 0 && odd <= 0.02 * seen && away <= 0.05 * seen;
  }

  const hex = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

  globalThis.logos = {
    // Sizes, clear part and up to 256 colours with their weights, or null.
    async measure(src, mostPixels) {
      const image = new Image();
      image.src = src;
      const found = await pixelsOf(image, mostPixels);
      if (!found) return null;
      const bins = new Map();
      const paper = paperOf(found);
      let clear = 0;
      for (let at = 0; at < found.data.length; at += 4) {
        const [red, green, blue, alpha] = found.data.slice(at, at + 4);
        if (alpha / 255 < SEEN) { clear += 1; continue; }
        // A picture's paper is no part of the sign.
        if (paper && Math.max(...paper.map((value, index) => Math.abs(value - [red, green, blue][index]))) <= 12) continue;
        const key = (red >> 4) << 8 | (green >> 4) << 4 | blue >> 4;
        const bin = bins.get(key) ?? [0, 0, 0, 0];
        bin[0] += red; bin[1] += green; bin[2] += blue; bin[3] += 1;
        bins.set(key, bin);
      }
      if (!bins.size && paper) bins.set(0, [...paper, 1]);
      const counts = [...bins.values()].sort((one, other) => other[3] - one[3]).slice(0, 256)
        .map(([red, green, blue, count]) => [Math.round(red / count), Math.round(green / count), Math.round(blue / count), count]);
      return { width: found.width, height: found.height, clear: clear / (found.across * found.down), counts };
    },

    // Shows the logo where a scene has room for one; takes the places away when it cannot be drawn.
    async place(scene, spec) {
      for (const sign of scene.querySelectorAll(".logo")) {
        sign.src = spec.logo;
        const found = spec.logo ? await pixelsOf(sign, spec.mostPixels) : null;
        const paper = found && paperOf(found);
        const ink = found && inkOf(found, paper);
        if (!ink) { sign.remove(); continue; }
        const { across, down } = found;
        const style = getComputedStyle(sign);
        const ground = style.getPropertyValue("--logo-ground").trim() || spec.colours.background;
        let mat = null, filter = "none";
        if (paper) {
          const [red, green, blue] = paper;
          mat = `rgb(${red} ${green} ${blue})`;
        } else if (paper === null) {
          const here = lostOn(found, luminance(...hex(ground)));
          const mats = [["#ffffff", 1], ["#15151b", luminance(21, 21, 27)]]
            .map(([colour, light]) => ({ colour, lost: lostOn(found, light) }))
            .sort((one, other) => one.lost - other.lost);
          if (here > LOST && mats[0].lost < here - 0.08) {
            if (isPlain(found)) filter = mats[0].colour === "#ffffff" ? "brightness(0) invert(1)" : "brightness(0)";
            else mat = mats[0].colour;
          }
        }
        sign.style.objectViewBox = `inset(${100 * ink.top / down}% ${100 - 100 * ink.right / across}% ${100 - 100 * ink.bottom / down}% ${100 * ink.left / across}%)`;
        const ratio = (ink.right - ink.left) / across * found.width / ((ink.bottom - ink.top) / down * found.height);
        // Signs look equally large when their areas are about equal, wide ones a little larger.
        const base = parseFloat(style.maxHeight), most = parseFloat(style.maxWidth);
        const line = sign.closest(".brand") !== null;
        const wanted = base * Math.min(Math.max(ratio ** (line ? -0.12 : -0.32), 0.5), 1.2);
        const height = Math.min(wanted * (mat && !line ? 0.8 : 1), most / ratio);
        const pad = mat ? Math.round(height * (line ? 0.16 : 0.2)) : 0;
        sign.style.height = `${Math.round(height)}px`;
        sign.style.width = `${Math.round(height * ratio)}px`;
        sign.style.maxHeight = sign.style.maxWidth = "none";
        sign.style.boxSizing = "content-box";
        sign.style.filter = filter;
        if (mat) sign.style.background = mat;
        sign.style.padding = pad ? `${pad}px ${Math.round(pad * (ratio > 1.6 ? 1.5 : 1))}px` : "0";
        sign.style.borderRadius = paper === null && !mat ? "0" : `${Math.round((height + 2 * pad) * 0.2)}px`;
        // A wide logo spells the name: it is not written beside it once more.
        if (line) sign.closest(".brand").classList.toggle("spelt", ratio > 2.3);
      }
    },
  };
  return null;
}
