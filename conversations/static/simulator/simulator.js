"use strict";
(() => {
  const RECONNECT_MS = 1500;

  const refresh = (parent) => {
    const chat = document.getElementById(`chat-${parent}`);
    if (chat) htmx.trigger(chat, "changed");
    else document.getElementById("newcomer").hidden = false;
  };

  const listen = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/simulator/`);
    socket.onopen = () => document.querySelectorAll(".chat").forEach((chat) => refresh(chat.dataset.parent));
    socket.onmessage = (message) => refresh(JSON.parse(message.data).parent);
    socket.onclose = () => setTimeout(listen, RECONNECT_MS);
  };

  // One after the other, so that quick messages keep their order.
  let sending = Promise.resolve();
  const send = (form) => {
    const field = form.elements.text;
    const body = new FormData(form);
    if (!field.value.trim()) return;
    field.value = "";
    form.querySelector(".context").replaceChildren();
    const failed = form.querySelector(".error");
    sending = sending.then(async () => {
      const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
      failed.hidden = Boolean(answer && answer.ok);
      if (!failed.hidden && !field.value) field.value = body.get("text");
    });
    field.focus();
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".composer")) return;
    event.preventDefault();
    send(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details[open]").forEach((each) => { each.open = false; });
    const typed = event.target.matches(".composer textarea");
    if (!typed || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(event.target.form);
  });

  document.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-cancel]");
    if (cancel) cancel.closest(".context").replaceChildren();
    const chosen = event.target.closest(".item");
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (chosen || !menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.target.matches(".context")) return;
    const field = event.target.closest("form").elements.text;
    const draft = event.target.querySelector("[data-draft]");
    if (draft) field.value = draft.dataset.draft;
    field.focus();
  });

  // Which phones are in sight, and which of the others have something unread.
  const chipOf = (parent) => document.querySelector(`.chip[data-parent="${parent}"]`);
  const markUnread = (chat) => chipOf(chat.dataset.parent)?.toggleAttribute("data-unread", Boolean(chat.querySelector(".seen")));
  const inSight = new IntersectionObserver((entries) => entries.forEach((entry) => {
    const chip = chipOf(entry.target.dataset.parent);
    if (entry.isIntersecting) chip.setAttribute("aria-current", "true");
    else chip.removeAttribute("aria-current");
    if (entry.isIntersecting) chip.scrollIntoView({ block: "nearest", inline: "nearest" });
  }), { threshold: 0.6 });
  document.querySelectorAll(".chat").forEach((chat) => { markUnread(chat); inSight.observe(chat); });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.matches(".chat")) markUnread(event.target); });

  listen();
})();
