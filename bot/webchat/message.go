package webchat

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/doithoai/doithoai/bot"
)

const (
	maxBody    = 16 << 10 // bytes of one request
	maxText    = 4000     // characters of one message: at most 12 KB of UTF-8 in Vietnamese
	maxPayload = 64       // bytes, as bot.Button promises
)

// incoming is one message as the page sends it.
type incoming struct {
	ID      string   `json:"id"`
	Kind    bot.Kind `json:"kind"`
	Text    string   `json:"text"`
	Payload string   `json:"payload"`
}

// message checks what a browser sent and makes a [bot.Message] of it.
func (in incoming) message(s session, now time.Time) (bot.Message, error) {
	m := bot.Message{Chat: chat(s), ID: in.ID, At: now, Kind: in.Kind, Text: bot.Clean(in.Text), Payload: in.Payload}
	if !isID(in.ID) {
		return bot.Message{}, errMalformed()
	}
	if utf8.RuneCountInString(m.Text) > maxText {
		return bot.Message{}, errTooLong()
	}
	var ok bool
	switch in.Kind {
	case bot.KindText:
		ok = m.Text != "" && m.Payload == ""
	case bot.KindPress:
		ok = isPayload(m.Payload)
	case bot.KindOpen:
		ok = m.Text == "" && m.Payload == ""
	}
	if !ok {
		return bot.Message{}, errMalformed()
	}
	return m, nil
}

// isID accepts what our page makes: random, 16 to 64 plain characters.
func isID(id string) bool {
	return len(id) >= 16 && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	})
}

func isPayload(p string) bool {
	return p != "" && len(p) <= maxPayload && !strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r > '~' })
}

// limitBody bounds the size of a request's body and the time it may take, also
// when the server has to read the rest of a refused one.
func (h *Handler) limitBody(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	// A writer without deadlines is one of a test.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.bodyTime))
}

// bodyRead lifts the deadline once the body is here.
func bodyRead(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}

// readJSON reads one JSON value into v, and nothing after it.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	if err := d.Decode(v); err != nil {
		return bodyError(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errMalformed()
	}
	bodyRead(w)
	return nil
}

// bodyError drops the decoder's own words: they may quote the message.
func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLong()
	}
	return errMalformed()
}

func (h *Handler) takeMessage(w http.ResponseWriter, r *http.Request) error {
	s, err := h.session(r)
	if err != nil {
		return err
	}
	if err := h.allowMessage(r, s); err != nil {
		return err
	}
	var in incoming
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if err := h.take(w, r, s, in); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, struct{}{})
	return nil
}

func (h *Handler) allowMessage(r *http.Request, s session) error {
	now := h.now()
	if err := h.limits.messages.allow(s.name(), now); err != nil {
		return err
	}
	return h.limits.address.allow(h.clients.address(r), now)
}

// take hands a message over; after nil it is saved.
func (h *Handler) take(w http.ResponseWriter, r *http.Request, s session, in incoming) error {
	m, err := in.message(s, h.now())
	if err != nil {
		return err
	}
	ctx, cancel := detached(r.Context())
	defer cancel()
	if err := h.intake.Handle(ctx, m); err != nil {
		return errUnavailable(err)
	}
	if m.Kind != bot.KindOpen {
		h.renew(w, r, s)
	}
	return nil
}
