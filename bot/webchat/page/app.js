// The web chat in the browser. Written for old phones: no build step, nothing
// newer than 2016.
//
// What the resident typed goes into an outbox first and leaves it only when the
// server has said 200; the id it got there makes a resend harmless. What the
// server sends is shown once per number and acknowledged after it is kept.
// Everything kept lives in sessionStorage: gone with the tab, never shared with
// the next person who holds this phone.
(function () {
  'use strict';

  var STORE = 'doithoai';
  var KEEP = 80; // messages kept for a reload
  var $ = function (id) { return document.getElementById(id); };
  var main = document.querySelector('main'), log = $('log'), form = $('form'), text = $('text');

  // state is what survives a reload.
  //   tag    which session the rest belongs to
  //   last   number of the last reply shown
  //   items  what stands on the screen
  //   out    messages not yet accepted by the server
  //   used   when the resident last did something, to clear a forgotten phone
  var state = load();
  var idle = 30 * 60 * 1000;
  var asleep = false; // the session ended and the resident has not done anything since

  function blank() { return { tag: '', last: 0, items: [], out: [], used: Date.now() }; }

  function load() {
    try {
      var s = JSON.parse(sessionStorage.getItem(STORE));
      if (s && s.items && s.out) return s;
    } catch (e) { /* no storage, or not ours: start empty */ }
    return blank();
  }

  function save() {
    if (state.items.length > KEEP) state.items = state.items.slice(-KEEP);
    try { sessionStorage.setItem(STORE, JSON.stringify(state)); } catch (e) { /* full or forbidden: the page works on without */ }
  }

  function randomId() {
    var b = new Uint8Array(16), s = '';
    crypto.getRandomValues(b);
    for (var i = 0; i < b.length; i++) s += (b[i] + 256).toString(16).slice(1);
    return s;
  }

  // ---- the server ----

  // call sends one request; done gets the status (0: no answer) and the body.
  function call(method, path, body, done, seconds) {
    var x = new XMLHttpRequest(), over = false;
    function finish() {
      if (over) return;
      over = true;
      var answer = {};
      try { answer = JSON.parse(x.responseText) || {}; } catch (e) { /* no JSON */ }
      done(x.status, answer, +x.getResponseHeader('Retry-After') || 0);
    }
    x.open(method, path);
    x.timeout = (seconds || 15) * 1000;
    x.onload = x.onerror = x.onabort = x.ontimeout = finish;
    if (body) x.setRequestHeader('Content-Type', 'application/json');
    x.send(body ? JSON.stringify(body) : null);
    return x;
  }

  // enter makes sure there is a session, then calls next. A new one starts with
  // an empty screen.
  var entering = false;
  function enter(next) {
    if (entering) return;
    entering = true;
    call('POST', 'chat/session', {}, function (status, answer, after) {
      entering = false;
      if (status !== 200) { failed(status, answer); return next(false, after); }
      offline(false);
      asleep = false;
      expired = false;
      idle = answer.idle * 1000;
      if (answer.session !== state.tag) {
        var first = !state.tag;
        state.tag = answer.session;
        state.last = 0;
        if (!first && dropRead()) note(texts.idle);
        // Greet only somebody new who has not asked yet.
        if (answer.fresh && !state.out.length) state.out.push({ id: randomId(), kind: 'open' });
        save();
      }
      next(true);
    });
  }

  // dropRead clears the screen but for what still waits to be sent.
  function dropRead() {
    var before = state.items.length;
    state.items = state.items.filter(function (i) { return i.me && i.state !== 'sent'; });
    redraw();
    return state.items.length < before;
  }

  // failed tells the resident what a refused or unanswered request means.
  function failed(status, answer) {
    if (answer.text) note(answer.text);
    if (status === 0 || status >= 500) offline(true);
  }

  // ---- sending ----

  var expired = false; // the server has said that the session is over
  var sending = false, sendTimer = 0, sendTries = 0;

  function send(kind, shown, payload) {
    var m = { id: randomId(), kind: kind, text: shown };
    if (payload) m.payload = payload;
    state.out.push(m);
    state.used = Date.now();
    var item = { me: true, id: m.id, text: shown, state: 'wait' };
    add(item);
    tell({ item: { id: m.id, text: shown } });
    flush();
  }

  function flush() {
    clearTimeout(sendTimer);
    if (sending || entering || !state.out.length) return;
    var m = state.out[0];
    if (!state.tag || expired) {
      return enter(function (ok, after) { if (ok) { listen(); flush(); } else retrySend(m, after); });
    }
    sending = true;
    call('POST', 'chat/messages', m, function (status, answer, after) {
      sending = false;
      if (status === 200) {
        sendTries = 0;
        offline(false);
        state.out = state.out.filter(function (o) { return o.id !== m.id; });
        if (forgets(m)) forgetAbove(m.id);
        mark(m.id, 'sent');
        if (m.kind !== 'open') waiting(true);
        listen();
        flush();
      } else if (status === 401) {
        expired = true;
        flush();
      } else if (status === 429 || status === 0 || status >= 500) {
        failed(status, answer);
        retrySend(m, after);
      } else {
        state.out = state.out.filter(function (o) { return o.id !== m.id; });
        mark(m.id, 'failed', answer.text);
        flush();
      }
    });
  }

  function retrySend(m, after) {
    state.out.forEach(function (o) { mark(o.id, 'retry'); });
    sendTries++;
    clearTimeout(sendTimer);
    sendTimer = setTimeout(flush, Math.max(after * 1000, wait(sendTries)));
  }

  // wait grows to half a minute and is never the same twice, so that a village
  // that lost its mast does not come back all at once.
  function wait(tries) { return Math.min(30000, 1000 * Math.pow(2, tries - 1)) * (0.6 + 0.4 * Math.random()); }

  // forgets tells the one command after which nothing may stay on the screen.
  function forgets(m) {
    var t = (m.text || '').toLowerCase();
    if (t.normalize) t = t.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
    return m.payload === 'quen-toi' || t.replace(/[^a-z ]/g, '').replace(/ +/g, ' ').trim() === 'quen toi';
  }

  function forgetAbove(id) {
    state.items = state.items.filter(function (i) { return i.id === id || (i.me && i.state !== 'sent'); });
    redraw();
    tell({ clear: true });
  }

  // ---- receiving ----

  var stream = null, poll = null, hello = 0, retryTimer = 0, tries = 0, strikes = 0, noStream = !window.EventSource;

  function listening() { return stream || poll; }

  // listen keeps one way open by which replies arrive: server-sent events, or
  // long requests where a proxy holds events back or refuses them twice.
  function listen() {
    if (listening() || asleep || !state.tag) return;
    clearTimeout(retryTimer);
    if (noStream) return ask();
    var s = stream = new EventSource('chat/events?after=' + state.last);
    hello = setTimeout(function () { noStream = true; hush(); listen(); }, 12000);
    s.addEventListener('hello', function () {
      clearTimeout(hello);
      strikes = -1;
      hello = setTimeout(function () { tries = 0; }, 5000);
      offline(false);
    });
    s.addEventListener('bye', function () { hush(); again(); });
    s.onmessage = function (e) { receive(JSON.parse(e.data)); };
    s.onerror = function () {
      if (strikes >= 0 && ++strikes === 2 && navigator.onLine) noStream = true;
      hush();
      again();
    };
  }

  function ask() {
    poll = call('GET', 'chat/replies?after=' + state.last, null, function (status, answer, after) {
      poll = null;
      if (status !== 200) return again(after);
      tries = 0;
      offline(false);
      answer.replies.forEach(receive);
      retryTimer = setTimeout(listen, after * 1000);
    }, 40);
  }

  function hush() {
    clearTimeout(hello);
    if (stream) { stream.close(); stream = null; }
    if (poll) { var p = poll; p.onload = p.onerror = p.onabort = null; p.abort(); poll = null; }
  }

  // again looks why the line broke: an ended session stays ended until the
  // resident does something; everything else is tried anew.
  function again(after) {
    clearTimeout(retryTimer);
    retryTimer = setTimeout(function () {
      call('GET', 'chat/session', null, function (status, answer) {
        if (status === 200 && answer.session === state.tag) { offline(false); tries = Math.max(tries, 1); return listen(); }
        if (status === 401 || status === 200) {
          if (!state.out.length) return wipe(texts.idle);
          expired = true;
          return flush();
        }
        if (status === 0 || status >= 500) offline(true);
        again();
      });
    }, Math.max((after || 0) * 1000, tries++ ? wait(tries) : 300));
  }

  function receive(d) {
    if (d.seq > state.last) {
      state.last = d.seq;
      waiting(false);
      add({ seq: d.seq, kind: d.kind, text: d.text, shows: d.shows || [], buttons: d.buttons || [] });
      tell({ reply: d });
    }
    acknowledge();
  }

  var ackTimer = 0;
  function acknowledge() {
    clearTimeout(ackTimer);
    ackTimer = setTimeout(function () {
      call('POST', 'chat/ack', { upTo: state.last }, function (status) {
        if (status === 0 || status === 429 || status >= 500) ackTimer = setTimeout(acknowledge, 5000);
      });
    }, 30);
  }

  // ---- several tabs of one browser share a session: each shows all ----

  var channel = window.BroadcastChannel ? new BroadcastChannel(STORE) : null;
  function tell(what) {
    what.tag = state.tag;
    if (channel) channel.postMessage(what);
  }
  if (channel) channel.onmessage = function (e) {
    var w = e.data;
    if (w.tag !== state.tag) return;
    state.used = Date.now();
    if (w.over) return wipe(w.over === 'idle' ? texts.idle : texts.ended);
    if (w.clear) dropRead();
    if (w.item) add({ me: true, id: w.item.id, text: w.item.text, state: 'other' });
    if (w.reply && w.reply.seq > state.last) {
      state.last = w.reply.seq;
      add({ seq: w.reply.seq, kind: w.reply.kind, text: w.reply.text, shows: w.reply.shows || [], buttons: w.reply.buttons || [] });
    }
  };

  // ---- ending ----

  var texts = {
    ended: 'Đã xóa hết tin trên màn hình. Ai cần hỏi thì cứ gõ ở dưới.',
    idle: 'Lâu không dùng nên màn hình đã được xóa để giữ kín chuyện riêng. Cô bác cứ hỏi lại ở dưới.',
    wait: 'Đang gửi…',
    sent: 'Đã gửi',
    other: '',
    retry: 'Chưa gửi được, sẽ tự gửi lại',
    failed: 'Tin này không gửi được',
    offline: 'Mất mạng. Tin được giữ lại, có mạng sẽ tự gửi.'
  };

  function wipe(why) {
    hush();
    clearTimeout(sendTimer);
    clearTimeout(retryTimer);
    clearTimeout(ackTimer);
    state = blank();
    asleep = true;
    try { sessionStorage.removeItem(STORE); } catch (e) { /* nothing was kept */ }
    waiting(false);
    redraw();
    note(why);
    $('end').hidden = true;
  }

  function expire() { leave('idle'); wipe(texts.idle); }

  // leave ends the session here and in the other tabs. If the server does not
  // hear it, the session ends by itself.
  function leave(why) {
    call('POST', 'chat/end', {}, function () {});
    tell({ over: why });
  }

  // A phone that lay on the table for half an hour shows nothing to the next one.
  function lookAtClock() { if (state.tag && !state.out.length && Date.now() - state.used > idle) expire(); }
  setInterval(lookAtClock, 20000);

  $('end').onclick = function () { dialog(true); };
  $('ask-no').onclick = function () { dialog(false); };
  $('ask-yes').onclick = function () {
    dialog(false);
    leave('end');
    text.value = '';
    grow();
    wipe(texts.ended);
    main.focus();
  };

  function dialog(open) {
    $('ask').hidden = !open;
    (open ? $('ask-no') : $('end')).focus();
  }
  $('ask').addEventListener('keydown', function (e) {
    if (e.key === 'Escape') dialog(false);
    if (e.key === 'Tab') {
      e.preventDefault();
      $(document.activeElement === $('ask-no') ? 'ask-yes' : 'ask-no').focus();
    }
  });

  // ---- the screen ----

  function el(tag, cls, content) {
    var e = document.createElement(tag);
    if (cls) e.className = cls;
    if (content) e.textContent = content;
    return e;
  }

  function add(item) {
    state.items.push(item);
    save();
    draw(item);
    show(item);
  }

  function redraw() {
    log.textContent = '';
    introduce();
    state.items.forEach(draw);
    save();
  }

  // The page's own introduction makes room for the greeting that says the same.
  function introduce() {
    var first = state.items[0];
    $('intro').hidden = !!first && !first.me;
  }

  function draw(item) {
    introduce();
    $('end').hidden = false;
    if (item.buttons && item.buttons.length) retireButtons();
    var box = el('div', 'msg ' + (item.me ? 'me' : 'bot ' + item.kind));
    item.box = function () { return box; };
    if (item.me) {
      box.id = 'm' + item.id;
      box.appendChild(el('span', 'sr', 'Cô bác: '));
      box.appendChild(el('div', 'bubble', item.text));
      var s = el('div', 'state');
      box.appendChild(s);
      log.appendChild(box);
      mark(item.id, item.state, item.why);
      return;
    }
    box.appendChild(el('div', 'from', 'Trợ lý tự động'));
    var bubble = el('div', 'bubble');
    (item.shows || []).forEach(function (s) { showThing(bubble, s); });
    if (item.text) item.text.split(/\n{2,}/).forEach(function (p) { bubble.appendChild(links(el('p'), p)); });
    box.appendChild(bubble);
    if (item.buttons.length) box.appendChild(choices(item));
    log.appendChild(box);
  }

  // showThing shows what was sent besides text. Its address ends by itself; the
  // words stay.
  function showThing(into, s) {
    if (s.as === 'image') {
      var img = el('img');
      img.alt = s.text || 'Hình';
      img.src = s.address;
      into.appendChild(img);
      return;
    }
    if (s.as === 'file') {
      var a = el('a', '', s.text || 'Tải tệp về');
      a.href = s.address;
      a.target = '_blank';
      a.rel = 'noopener noreferrer';
      into.appendChild(el('p')).appendChild(a);
      return;
    }
    if (s.as === 'audio' || s.as === 'video') {
      var e = el(s.as);
      e.controls = true;
      e.preload = 'none';
      e.src = s.address;
      into.appendChild(e);
    }
    if (s.text) into.appendChild(links(el('p'), s.text));
  }

  // choices draws the numbered buttons. They stand until a newer list comes; the
  // one that was pressed is marked and does not send twice.
  function choices(item) {
    var list = el('ul', 'choices live');
    list.setAttribute('aria-label', 'Chọn một mục, hoặc gõ số');
    item.buttons.forEach(function (b) {
      var li = el('li'), button = el('button');
      button.type = 'button';
      button.setAttribute('data-number', b.number);
      button.appendChild(el('b', '', b.number));
      button.appendChild(el('span', '', b.label));
      if (item.chosen === b.number) pressed(button);
      button.onclick = function () {
        if (button.getAttribute('aria-disabled')) return;
        pressed(button);
        item.chosen = b.number;
        save();
        send('press', b.label, b.payload);
      };
      li.appendChild(button);
      list.appendChild(li);
    });
    return list;
  }

  function pressed(button) {
    button.className = 'chosen';
    button.setAttribute('aria-disabled', 'true');
    button.appendChild(el('span', 'sr', ' (đã chọn)'));
  }

  // retireButtons takes the last list away. Somebody who works with keys and
  // stands on it is put on what comes after, so that Tab goes on from there.
  function retireButtons() {
    var list = log.querySelector('.live');
    if (!list) return;
    if (list.contains(document.activeElement)) {
      var next = list.parentNode.nextSibling || list.parentNode;
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
    }
    list.parentNode.removeChild(list);
  }

  // links makes addresses and phone numbers tappable; everything else is text.
  function links(into, content) {
    var pattern = /https:\/\/[^\s<>"]+[^\s<>".,;:!?)]|\b(?:1[89]00[ .]?\d{2,4}[ .]?\d{0,4}|0\d{2,3}[ .]?\d{3}[ .]?\d{3,4})\b|(?:gọi|số) 11[1-5](?![\d\/-])/g;
    var at = 0, m;
    while ((m = pattern.exec(content))) {
      into.appendChild(document.createTextNode(content.slice(at, m.index)));
      var a = el('a', '', m[0]);
      if (m[0].indexOf('https:') === 0) {
        a.href = m[0];
        a.target = '_blank';
        a.rel = 'noopener noreferrer';
      } else {
        a.href = 'tel:' + m[0].replace(/\D/g, '');
      }
      into.appendChild(a);
      at = m.index + m[0].length;
    }
    into.appendChild(document.createTextNode(content.slice(at)));
    return into;
  }

  // mark shows how far a message of the resident has come.
  function mark(id, how, why) {
    var box = $('m' + id);
    state.items.forEach(function (i) { if (i.id === id) { i.state = how; i.why = why; } });
    save();
    if (!box) return;
    box.className = 'msg me ' + how;
    box.lastChild.textContent = why || texts[how];
  }

  function note(content) {
    log.appendChild(el('p', 'note', content));
    main.scrollTop = main.scrollHeight;
  }

  // show brings the newest into view: the resident's own question and as much of
  // the answer as fits, so that a long answer is read from its beginning.
  function show(item) {
    var box = item.box();
    var own = log.querySelectorAll('.me');
    if (!own.length) return; // the greeting: the page is read from its top
    if (!item.me) {
      var mine = own[own.length - 1];
      if (box.offsetTop - mine.offsetTop < main.clientHeight / 2) box = mine;
    }
    main.scrollTop = box.offsetTop - 8;
  }

  var waitTimer = 0;
  function waiting(on) {
    clearTimeout(waitTimer);
    $('wait').textContent = '';
    if (on) waitTimer = setTimeout(function () { $('wait').textContent = 'Đang tìm câu trả lời…'; main.scrollTop = main.scrollHeight; }, 1200);
  }

  function offline(is) {
    var t = is ? texts.offline : '';
    if ($('net').textContent !== t) $('net').textContent = t;
  }

  function grow() {
    text.style.height = 'auto';
    text.style.height = Math.min(text.scrollHeight + 4, 160) + 'px';
  }

  // ---- start ----

  function submit() {
    var t = text.value.trim();
    if (!t) { text.focus(); return; }
    text.value = '';
    grow();
    // A number of the list on the screen is a press of it.
    var live = /^\d{1,2}$/.test(t) && log.querySelector('.live button[data-number="' + t + '"]');
    if (live && !live.getAttribute('aria-disabled')) live.click();
    else send('text', t);
  }
  form.onsubmit = function (e) { e.preventDefault(); submit(); };
  text.oninput = grow;
  text.onkeydown = function (e) {
    // 229: the keyboard is still composing a Vietnamese syllable.
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.keyCode !== 229) { e.preventDefault(); submit(); }
  };

  text.onkeypress = function (e) { if (e.key === 'Enter' && !e.shiftKey) e.preventDefault(); };

  function wake() {
    lookAtClock();
    if (state.out.length) flush();
    else if (state.tag && !asleep && !listening()) { tries = 0; clearTimeout(retryTimer); again(); }
  }
  window.addEventListener('online', wake);
  window.addEventListener('offline', function () { offline(true); });
  window.addEventListener('pageshow', function (e) { if (e.persisted) wake(); });
  document.addEventListener('visibilitychange', function () { if (!document.hidden) wake(); });

  main.tabIndex = -1;
  lookAtClock();
  redraw();
  if (state.items.some(function (i) { return i.me; })) main.scrollTop = main.scrollHeight;
  setTimeout(function () { log.setAttribute('aria-live', 'polite'); }, 500);
  (function start() {
    if (asleep) return;
    enter(function (ok, after) {
      if (ok) { listen(); flush(); } else setTimeout(start, Math.max((after || 0) * 1000, wait(++tries)));
    });
  })();
})();
