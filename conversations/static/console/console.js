// Keeps the console live. The socket only says "conversation 12 is at rev 118"; what changed is
// fetched by rev, so that a lost hint, a second tab or a restart neither loses nor reorders a bubble.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const talk = () => $("#conversation");
  const SILENCE_MS = 70000; // two beats of the server and a little
  const POLL_MS = 10000;
  let socket = null;
  let attempt = 0;
  let heardAt = 0;
  let reconnect = 0;

  // --- the socket ---------------------------------------------------------------------------
  function connect() {
    clearTimeout(reconnect);
    if (socket) socket.onclose = null;
    socket?.close();
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/console/`);
    heardAt = Date.now();
    socket.onmessage = (event) => {
      heardAt = Date.now();
      const hint = JSON.parse(event.data);
      if (hint.beat) {
        if (!live()) refresh(); // what happened while nobody listened
        attempt = 0;
        showLink(true);
        return;
      }
      refreshList();
      const open = talk();
      if (open && Number(open.dataset.id) === hint.conversation) catchUp();
    };
    socket.onclose = (event) => {
      socket = null;
      showLink(false);
      if (event.code === 4401 || event.code === 4403) return location.reload();
      const wait = Math.min(30000, 500 * 2 ** attempt++) * (0.5 + Math.random());
      reconnect = setTimeout(connect, wait);
    };
  }
  const live = () => document.body.dataset.live === "yes";
  function showLink(up) {
    document.body.dataset.live = up ? "yes" : "no";
    const label = $("#link-state");
    if (label) label.textContent = up ? "" : label.dataset.off;
  }
  function resume() {
    if (document.visibilityState === "hidden") return;
    if (!socket || Date.now() - heardAt > SILENCE_MS) { attempt = 0; connect(); }
    refresh();
  }
  setInterval(() => {
    if (socket && Date.now() - heardAt > SILENCE_MS) { showLink(false); connect(); }
    if (!live()) refresh();
  }, POLL_MS);
  addEventListener("online", resume);
  addEventListener("pageshow", (event) => event.persisted && resume());
  document.addEventListener("visibilitychange", resume);

  // --- list and card: fragments, a burst of hints makes one request ----------------------------
  function soon(task, ms) {
    let timer = 0;
    return () => { timer ||= setTimeout(() => { timer = 0; task(); }, ms); };
  }
  const refreshList = soon(() => $("#list") && htmx.trigger("#list", "refresh"), 120);
  const refreshCard = soon(() => $("#card") && !$("#card form") && htmx.trigger("#card", "refresh"), 400);
  function refresh() { refreshList(); catchUp(); }

  // --- bubbles ----------------------------------------------------------------------------------
  let fetching = false;
  let again = false;
  async function catchUp() {
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      do { again = false; again = (await fetchChanges()) || again; } while (again);
    } catch { showLink(false); } finally { fetching = false; }
  }
  async function fetchChanges() {
    const open = talk();
    if (!open) return false;
    const query = new URLSearchParams({ after: open.dataset.rev, state: open.dataset.state });
    const answer = await fetch(`${open.dataset.changes}?${query}`, { headers: { "X-Requested-With": "fetch" } });
    if (answer.status === 401 || answer.status === 403) { location.reload(); return false; }
    if (!answer.ok) throw new Error(answer.status);
    const page = document.createElement("template");
    page.innerHTML = await answer.text();
    if (talk() !== open) return true; // another conversation was opened meanwhile
    apply(open, $("#changes", page.content));
    return "more" in open.dataset;
  }
  function apply(open, changes) {
    const scroller = $("#scroller");
    const low = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
    const moved = changes.dataset.rev !== open.dataset.rev;
    let fresh = 0;
    for (const line of changes.querySelectorAll("li.line")) fresh += place(line);
    for (const id of ["bar", "composer"]) replace(id, $(`#${id}`, changes));
    open.dataset.rev = changes.dataset.rev;
    open.dataset.state = changes.dataset.state;
    if ("more" in changes.dataset) open.dataset.more = ""; else delete open.dataset.more;
    const seen = $("#composer [name=seen_rev]");
    if (seen && document.visibilityState === "visible") seen.value = changes.dataset.rev;
    if (fresh) $(".talk .scroller > .empty")?.remove();
    if (low) toEnd(); else if (fresh) $("#newest").hidden = false;
    if (moved) refreshCard();
    if (fresh) markSeen();
  }
  function place(line) {
    const old = document.getElementById(line.id);
    if (old) {
      const why = $(".why[open]", old);
      if (why) $(".why", line)?.replaceWith(why);
      old.replaceWith(line);
    } else {
      const shown = [...$("#bubbles").querySelectorAll("li.line")];
      const next = shown.find((other) => other.dataset.order > line.dataset.order);
      if (next && next === shown[0] && $("#older")) return 0; // belongs to a page not loaded yet
      line.classList.add("fresh");
      $("#bubbles").insertBefore(line, next ?? null);
      if (line.classList.contains("in")) $("#spoken").textContent = $(".bubble", line).innerText;
    }
    htmx.process(line);
    return old ? 0 : 1;
  }
  function replace(id, part) {
    const old = document.getElementById(id);
    if (!part || !old) return;
    const draft = $("textarea[name=text]", old)?.value;
    old.replaceWith(part);
    const text = $("textarea[name=text]", part);
    if (text && draft) text.value = draft;
    htmx.process(part);
  }
  function toEnd() {
    const scroller = $("#scroller");
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
    if ($("#newest")) $("#newest").hidden = true;
  }
  function markSeen() {
    const open = talk();
    if (!open || document.visibilityState === "hidden") return;
    const token = JSON.parse($(".console").getAttribute("hx-headers"));
    fetch(open.dataset.seen, { method: "POST", headers: { ...token, "X-Requested-With": "fetch" } }).catch(() => {});
  }
  function opened() {
    document.querySelectorAll(".row").forEach((row) => {
      if (row.dataset.id === talk()?.dataset.id) row.setAttribute("aria-current", "page");
      else row.removeAttribute("aria-current");
    });
    const target = location.hash.startsWith("#m") && document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView({ block: "center" }); else toEnd();
    markSeen();
    catchUp();
  }

  // --- htmx's moments ----------------------------------------------------------------------------
  let height = 0;
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.path.includes("/list/") && talk()) event.detail.parameters.open = talk().dataset.id;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "older") height = $("#scroller").scrollHeight - $("#scroller").scrollTop;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (height) { $("#scroller").scrollTop = $("#scroller").scrollHeight - height; height = 0; }
    if (event.target.id === "work") { opened(); refreshList(); }
    titled();
  });
  document.addEventListener("console-changed", () => { catchUp(); refreshList(); });
  document.addEventListener("htmx:sendError", (event) => {
    const lost = event.target.closest("form")?.dataset.lost;
    if (lost) $("#spoken").textContent = lost;
    if (lost && !$("#lost")) event.target.insertAdjacentHTML("afterbegin", `<p class="notice" id="lost"></p>`);
    if (lost) $("#lost").textContent = lost;
  });

  // --- title, sound, notification ----------------------------------------------------------------
  const alerts = $("#alerts");
  let attention = Number($("#list")?.dataset.attention ?? 0);
  const wanted = () => localStorage.getItem("alerts") === "on";
  function titled() {
    const now = Number($("#list")?.dataset.attention ?? 0);
    document.title = (now ? `(${now}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    if (now > attention && wanted()) ring();
    attention = now;
  }
  function ring() {
    const audio = new AudioContext();
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.setValueAtTime(660, 0);
    tone.frequency.setValueAtTime(880, audio.currentTime + 0.12);
    volume.gain.setValueAtTime(0.12, 0);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.45);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.45);
    tone.onended = () => audio.close();
    if (document.hidden && window.Notification?.permission === "granted") {
      new Notification(alerts.dataset.text, { tag: "console" }).onclick = () => window.focus();
    }
  }
  alerts?.addEventListener("click", () => {
    localStorage.setItem("alerts", wanted() ? "off" : "on");
    alerts.setAttribute("aria-pressed", wanted());
    if (wanted()) { window.Notification?.requestPermission(); ring(); }
  });

  // --- keys, clicks, clock ------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = $("details.menu[open]");
      if (menu) { menu.open = false; $("summary", menu).focus(); return; }
      ($("#card .cancel") ?? $("#bar .back"))?.click();
    }
    const hands = matchMedia("(pointer: coarse)").matches;
    const sends = event.key === "Enter" && !event.shiftKey && (event.ctrlKey || event.metaKey || !hands);
    if (!sends || event.isComposing || event.target.name !== "text") return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit($(".send"));
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    if (event.target.closest("#newest")) toEnd();
    const source = event.target.closest(".source");
    const line = source && document.getElementById(source.hash.slice(1));
    if (!line || line.offsetParent === null) return;
    event.preventDefault();
    $(".found")?.classList.remove("found");
    line.classList.add("found");
    line.scrollIntoView({ block: "center", behavior: "smooth" });
  });
  function clock() {
    for (const time of document.querySelectorAll("time[data-since]")) {
      const minutes = Math.floor((Date.now() - Date.parse(time.dataset.since)) / 60000);
      if (minutes >= 1 && minutes < 60) time.textContent = `${minutes} min`;
      time.closest(".timer").classList.toggle("late", minutes >= 30);
    }
  }
  setInterval(clock, 15000);

  alerts?.setAttribute("aria-pressed", wanted());
  titled();
  opened();
  connect();
})();
