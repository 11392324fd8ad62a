// The faces a style sets its words in: fetched when the style is first shown, for each of them takes a tenth of a second.
// Called through the debugging protocol once per page; `page.js` uses what it leaves there.
() => {
  const TOKENS = ["--sans", "--mono", "--serif", "--wide"];

  // Fetches the faces that the page's style names now; gives the families of those that cannot be had.
  async function load() {
    const style = getComputedStyle(document.documentElement);
    const named = TOKENS.map((token) => style.getPropertyValue(token)).join(",");
    const wanted = [...document.fonts].filter((face) => named.includes(`"${face.family.replaceAll('"', "")}"`));
    await Promise.all(wanted.map((face) => face.load().catch(() => null)));
    return wanted.filter((face) => face.status !== "loaded").map((face) => face.family);
  }

  globalThis.faces = { load };
}
