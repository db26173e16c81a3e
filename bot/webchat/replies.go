package webchat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

const (
	heartbeat = 20 * time.Second // below the usual 30 s after which mobile networks cut
	writeTime = 15 * time.Second // for one write to a slow phone
	longPoll  = 25 * time.Second // the longest wait of GET /chat/replies
	pauseWhen = 5 * time.Second  // between requests when there is no room to wait
)

// reply is a delivery as the page gets it.
type reply struct {
	Seq     uint64        `json:"seq"`
	Kind    bot.ReplyKind `json:"kind"`
	Text    string        `json:"text"`
	Shows   []shown       `json:"shows,omitempty"` // before the text
	Buttons []button      `json:"buttons,omitempty"`
}

// button is a choice with the number that may be typed instead.
type button struct {
	Number  string `json:"number"`
	Label   string `json:"label"`
	Payload string `json:"payload"`
}

// render makes the page's form of a delivery. The error says that it cannot be
// known yet where something is that belongs to it.
func (h *Handler) render(ctx context.Context, d record.Delivery) (reply, error) {
	r := reply{Seq: d.Seq, Kind: d.Reply.Kind, Text: d.Reply.Text}
	for _, a := range d.Reply.Attachments {
		s, err := h.show(ctx, a)
		if err != nil {
			return reply{}, err
		}
		r.Shows = append(r.Shows, s)
	}
	numbers := bot.Numbers(d.Reply.Buttons)
	for i, b := range d.Reply.Buttons {
		r.Buttons = append(r.Buttons, button{Number: numbers[i], Label: b.Label, Payload: b.Payload})
	}
	return r, nil
}

// waiting returns what waits for the session after a sequence.
func (h *Handler) waiting(ctx context.Context, s session, after uint64) ([]reply, error) {
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	all, err := h.outbox.Pending(ctx, chat(s))
	if err != nil {
		return nil, errUnavailable(err)
	}
	replies := []reply{}
	for _, d := range all {
		if d.Seq <= after {
			continue
		}
		r, err := h.render(ctx, d)
		if err != nil {
			return nil, errUnavailable(err)
		}
		replies = append(replies, r)
	}
	return replies, nil
}

// reader returns the session of a request that fetches replies, and after
// which sequence it wants them: where a broken stream ended, or as asked.
func (h *Handler) reader(r *http.Request) (s session, after uint64, err error) {
	if s, err = h.session(r); err != nil {
		return s, 0, err
	}
	if err := h.limits.reads.allow(s.name(), h.now()); err != nil {
		return s, 0, err
	}
	for _, text := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		if text == "" {
			continue
		}
		if after, err = strconv.ParseUint(text, 10, 64); err != nil {
			return s, 0, errMalformed()
		}
		break
	}
	return s, after, nil
}

// sendReplies answers at once if something waits, else when something comes or
// after the time asked for.
func (h *Handler) sendReplies(w http.ResponseWriter, r *http.Request) error {
	s, after, err := h.reader(r)
	if err != nil {
		return err
	}
	bodyRead(w) // the server's own read timeout must not end the waiting
	patience := longPoll
	if text := r.URL.Query().Get("wait"); text != "" {
		seconds, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return errMalformed()
		}
		patience = min(longPoll, time.Duration(seconds)*time.Second)
	}
	ctx, leave, ok := h.streams.enter(r.Context(), s.name(), h.clients.address(r))
	defer leave()
	if !ok {
		patience = 0
		w.Header().Set("Retry-After", strconv.Itoa(int(pauseWhen/time.Second)))
	}
	replies, err := h.await(ctx, s, after, patience)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, struct {
		Replies []reply `json:"replies"`
	}{replies})
	return nil
}

// await returns what waits after a sequence, or nothing after the patience.
func (h *Handler) await(ctx context.Context, s session, after uint64, patience time.Duration) ([]reply, error) {
	changed, stop := h.outbox.Watch(chat(s))
	defer stop()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		replies, err := h.waiting(context.WithoutCancel(ctx), s, after)
		if err != nil || len(replies) > 0 {
			return replies, err
		}
		select {
		case <-changed:
		case <-timer.C:
			return replies, nil
		case <-ctx.Done():
			return replies, nil
		case <-h.closing:
			return replies, nil
		}
	}
}

// sendEvents sends replies as they come until the session's time is over. The
// browser then asks whether there still is one.
func (h *Handler) sendEvents(w http.ResponseWriter, r *http.Request) error {
	s, after, err := h.reader(r)
	if err != nil {
		return err
	}
	bodyRead(w) // the server's own read timeout must not end the waiting
	ctx, leave, ok := h.streams.enter(r.Context(), s.name(), h.clients.address(r))
	defer leave()
	if !ok {
		return &failure{status: http.StatusServiceUnavailable, code: "full", retryAfter: pauseWhen}
	}
	changed, stop := h.outbox.Watch(chat(s))
	defer stop()
	replies, err := h.waiting(ctx, s, after)
	if err != nil {
		return err
	}

	out := newEvents(w)
	out.write("event: hello\ndata: {}\n\n")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	over := time.NewTimer(min(s.used.Add(idleTime).Sub(h.now()), s.begun.Add(lifeTime).Sub(h.now())))
	defer over.Stop()
	for {
		for _, one := range replies {
			out.reply(one)
			after = one.Seq
		}
		if err := out.flush(); err != nil {
			return nil // the browser has gone and will come back
		}
		select {
		case <-changed:
		case <-beat.C: // also looks again: a token may have been missed
			out.write(":\n\n")
		case <-ctx.Done():
			return nil
		case <-over.C:
			return out.bye()
		case <-h.closing:
			return out.bye()
		}
		if replies, err = h.waiting(ctx, s, after); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			_ = out.bye()
			return &failure{begun: true, status: http.StatusServiceUnavailable, code: "unavailable", cause: err}
		}
	}
}

// events writes a stream of server-sent events; the first error sticks.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

func newEvents(w http.ResponseWriter) *events {
	head := w.Header()
	head.Set("Content-Type", "text/event-stream; charset=utf-8")
	head.Set("Cache-Control", "no-store, no-transform")
	head.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	return &events{w: w, control: http.NewResponseController(w)}
}

func (e *events) write(text string) {
	if e.err != nil {
		return
	}
	// A writer without deadlines is one of a test.
	_ = e.control.SetWriteDeadline(time.Now().Add(writeTime))
	_, e.err = e.w.Write([]byte(text))
}

func (e *events) reply(r reply) {
	data, err := json.Marshal(r)
	if err != nil {
		e.err = err
		return
	}
	e.write(fmt.Sprintf("id: %d\ndata: %s\n\n", r.Seq, data))
}

func (e *events) flush() error {
	if e.err == nil {
		e.err = e.control.Flush()
	}
	return e.err
}

// bye tells the browser that the end is no accident.
func (e *events) bye() error {
	e.write("event: bye\ndata: {}\n\n")
	_ = e.flush() // it may have gone, which is as good
	return nil
}

func (h *Handler) acknowledge(w http.ResponseWriter, r *http.Request) error {
	s, err := h.session(r)
	if err != nil {
		return err
	}
	if err := h.limits.reads.allow(s.name(), h.now()); err != nil {
		return err
	}
	var in struct {
		UpTo uint64 `json:"upTo"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	ctx, cancel := detached(r.Context())
	defer cancel()
	if err := h.outbox.Ack(ctx, chat(s), in.UpTo); err != nil {
		return errUnavailable(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
