// Keeps the console live. The socket only says "conversation 12 is at rev 118"; what changed is
// fetched by rev, so that a lost hint, a second tab or a restart neither loses nor reorders a bubble.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const talk = () => $("#conversation");
  const visible = () => document.visibilityState === "visible", live = () => document.body.dataset.live === "yes";
  const SILENCE_MS = 70000; // two beats of the server and a little
  let socket = null, attempt = 0, heardAt = 0, reconnect = 0;
  // --- the socket: hints, heartbeat, reconnect; polling while it is down ------------------------
  function connect() {
    clearTimeout(reconnect);
    if (socket) { socket.onclose = null; socket.close(); }
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/console/`);
    heardAt = Date.now();
    socket.onmessage = (event) => {
      heardAt = Date.now();
      const hint = JSON.parse(event.data);
      if (!hint.beat) refreshList();
      if (Number(talk()?.dataset.id) === hint.conversation) catchUp();
      if (hint.beat && !live()) { attempt = 0; showLink(true); refresh(); } // what was missed
    };
    socket.onclose = (event) => {
      socket = null;
      showLink(false);
      if (event.code === 4401 || event.code === 4403) location.reload();
      else reconnect = setTimeout(connect, Math.min(30000, 500 * 2 ** attempt++) * (0.5 + Math.random()));
    };
  }
  function showLink(up) {
    document.body.dataset.live = up ? "yes" : "no";
    $("#link-state").textContent = up ? "" : $("#link-state").dataset.off;
  }
  function resume() {
    if (!visible()) return;
    if (!socket || Date.now() - heardAt > SILENCE_MS) { attempt = 0; connect(); }
    refresh();
    markSeen();
  }
  setInterval(() => {
    if (socket && Date.now() - heardAt > SILENCE_MS) { showLink(false); connect(); }
    if (!live()) refresh();
  }, 10000);
  addEventListener("online", resume);
  addEventListener("pageshow", (event) => event.persisted && resume());
  document.addEventListener("visibilitychange", resume);

  // --- list and card: fragments; a burst of hints makes one request -----------------------------
  const soon = (task, ms, timer = 0) => () => { timer ||= setTimeout(() => { timer = 0; task(); }, ms); };
  const refreshList = soon(() => htmx.trigger("#list", "refresh"), 120);
  const refreshCard = soon(() => $("#card") && !$("#card form") && htmx.trigger("#card", "refresh"), 400);
  const refresh = () => { refreshList(); catchUp(); };

  // --- bubbles: fetched by rev, placed by their order -------------------------------------------
  const post = { ...JSON.parse($(".console").getAttribute("hx-headers")), "X-Requested-With": "fetch" };
  const drafts = new Map(); // what is being written, by conversation
  let fetching = false, again = false;
  async function catchUp() {
    again = true;
    if (fetching) return;
    fetching = true;
    try {
      while (again) { again = false; if (await fetchChanges()) again = true; }
    } catch { /* the next hint, poll or reconnect tries again */ } finally { fetching = false; }
  }
  async function fetchChanges() {
    const open = talk();
    if (!open) return false;
    const query = new URLSearchParams({ after: open.dataset.rev, state: open.dataset.state });
    const answer = await fetch(`${open.dataset.changes}?${query}`, { headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 401 || answer.status === 403) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const changes = $("#changes", parsed(await answer.text()));
    if (talk() !== open) return true; // another conversation was opened meanwhile
    apply(open, changes);
    return "more" in changes.dataset;
  }
  function apply(open, changes) {
    const scroller = $("#scroller");
    const low = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
    const { rev, state } = changes.dataset;
    let fresh = 0;
    for (const line of changes.querySelectorAll("li.line")) fresh += place(line);
    for (const part of changes.querySelectorAll("#bar, #composer")) {
      if ($("form.htmx-request", document.getElementById(part.id))) continue; // its answer brings the new one
      replace(part);
    }
    if (rev !== open.dataset.rev) refreshCard();
    Object.assign(open.dataset, { rev, state });
    restoreDraft();
    const seen = $("#composer [name=seen_rev]");
    if (seen && visible()) seen.value = rev;
    if (fresh) { $(".empty", scroller)?.remove(); markSeen(); }
    if (low) toEnd(); else if (fresh) $("#newest").hidden = false;
  }
  const parsed = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;
  function replace(part) { document.getElementById(part.id).replaceWith(part); htmx.process(part); }
  function place(line) {
    const old = document.getElementById(line.id);
    if (old) {
      const why = $(".why[open]", old);
      if (why) $(".why", line)?.replaceWith(why);
      old.replaceWith(line);
    } else {
      const shown = [...document.querySelectorAll("#bubbles .line")];
      const next = shown.find((other) => other.dataset.order > line.dataset.order);
      if (next && next === shown[0] && $("#older")) return 0; // belongs to a page not loaded yet
      line.classList.add("fresh");
      $("#bubbles").insertBefore(line, next ?? null);
      if (line.classList.contains("in")) $("#spoken").textContent = $(".bubble", line).innerText;
    }
    htmx.process(line);
    return old ? 0 : 1;
  }
  function toEnd() { $("#scroller").scrollTop = $("#scroller").scrollHeight; $("#newest").hidden = true; }
  function markSeen() {
    if (talk() && visible()) fetch(talk().dataset.seen, { method: "POST", headers: post }).catch(() => {});
  }
  function restoreDraft(box = $("#text")) { if (box && !box.value) box.value = drafts.get(talk().dataset.id) ?? ""; }
  function opened() {
    for (const row of document.querySelectorAll(".row")) row.ariaCurrent = row.dataset.id === talk()?.dataset.id ? "page" : null;
    if (!talk()) return;
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView({ block: "center" }); else toEnd();
    restoreDraft();
    markSeen();
    catchUp();
  }

  // --- htmx's moments, title, sound, notification -----------------------------------------------
  const alerts = $("#alerts");
  const wanted = () => localStorage.getItem("alerts") === "on";
  const waiting = () => Number($("#list").dataset.attention);
  let attention = waiting(), height = 0;
  const on = (name, react) => document.addEventListener(name, react);
  on("htmx:configRequest", ({ detail }) => { if (detail.path.includes("/list/") && talk()) detail.parameters.open = talk().dataset.id; });
  on("htmx:beforeSwap", ({ detail: { target, requestConfig }, detail }) => {
    if (requestConfig.elt.matches("#list:active")) { detail.shouldSwap = false; refreshList(); } // else the press under way is no click
    if (target.id === "older") height = $("#scroller").scrollHeight - $("#scroller").scrollTop;
    if (target.id !== "work" || requestConfig.verb !== "post" || !$("#composer form.htmx-request")) return;
    detail.shouldSwap = false; // a text under way keeps its composer; all but the bar came with the hint
    if ($("#bar form.htmx-request")) replace($("#bar", parsed(detail.serverResponse)));
  });
  on("htmx:afterSettle", ({ target }) => {
    if (height) { $("#scroller").scrollTop = $("#scroller").scrollHeight - height; height = 0; }
    if (target.id === "work") { opened(); refreshList(); }
    titled();
  });
  on("htmx:beforeOnLoad", ({ detail }) => { if (detail.xhr.status === 200 && detail.target.id === "composer") drafts.delete(talk().dataset.id); });
  on("console-changed", refresh);
  on("htmx:sendError", ({ detail }) => { if ($("#lost")) $("#lost").hidden = detail.target.id !== "composer"; });
  function titled() {
    const now = waiting();
    document.title = (now ? `(${now}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    if (now > attention && wanted()) ring();
    attention = now;
  }
  function ring() {
    const audio = new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
    volume.gain.setValueAtTime(0.12, 0);
    volume.gain.exponentialRampToValueAtTime(0.001, 0.45);
    tone.connect(volume).connect(audio.destination);
    tone.start(); // 440 Hz
    setTimeout(() => audio.close(), 600);
    if (!visible() && window.Notification?.permission === "granted") new Notification(alerts.dataset.text, { tag: "console" });
  }

  // --- keys, clicks, clock ------------------------------------------------------------------------
  on("input", ({ target }) => { if (target.id === "text") drafts.set(talk().dataset.id, target.value); });
  on("keydown", (event) => {
    const menu = $("details.menu[open] summary");
    if (event.key === "Escape") (menu ?? $("#card .cancel") ?? $("#bar .back"))?.click();
    const typed = event.ctrlKey || event.metaKey || !matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || !typed || event.isComposing || event.target.id !== "text") return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit($(".send"));
  });
  on("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = menu.contains(event.target);
    if (event.target.closest("#newest")) toEnd();
    const source = event.target.closest(".source");
    const line = source && document.getElementById(source.hash.slice(1));
    if (!line?.offsetParent) return; // not on this page: the link loads it
    event.preventDefault();
    $(".found")?.classList.remove("found");
    line.classList.add("found");
    line.scrollIntoView({ block: "center" });
  });
  alerts.addEventListener("click", () => {
    localStorage.setItem("alerts", wanted() ? "off" : "on");
    alerts.ariaPressed = wanted();
    if (wanted()) { window.Notification?.requestPermission(); ring(); }
  });
  setInterval(refreshList, 60000); // waiting times
  alerts.ariaPressed = wanted();
  titled();
  opened();
  connect();
})();
