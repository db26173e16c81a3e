package webchat

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// plainWait is how long a form waits for the answer to what it sent.
const plainWait = 3 * time.Second

// plainData fills plain.html.
type plainData struct {
	Style, Province, Notice string
	Asked, Draft            string // what was sent; what was not and stands in the box again
	Replies                 []reply
	Waiting                 bool   // something was sent and nothing has come yet
	ID, Token               string // of the message the form will send
	Seen                    uint64 // the last reply on this page; the next form acknowledges it
	MaxText                 int
}

// plainPage shows what waits. Nothing is acknowledged by showing it: the page
// may never arrive. The next form or none does that.
func (h *Handler) plainPage(w http.ResponseWriter, r *http.Request) error {
	s, _, err := h.sessionOrNew(w, r)
	if err != nil {
		return err
	}
	return h.writePlain(w, r, s, http.StatusOK, plainData{}, 0)
}

// plainPost takes a form and answers with the page and the replies. Sending the
// same form again is harmless: the message has its id from the page.
func (h *Handler) plainPost(w http.ResponseWriter, r *http.Request) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return errMalformed()
	}
	// Without a fetch header an older browser sends "Origin: null" from a page
	// with our referrer policy; there the token has to prove what the header does
	// not, and only a page that names another origin is refused at once.
	own := h.clients.isOwn(r)
	if origin := r.Header.Get("Origin"); !own && (r.Header.Get("Sec-Fetch-Site") != "" || (origin != "" && origin != "null")) {
		return errForeign()
	}
	if err := r.ParseForm(); err != nil {
		return bodyError(err)
	}
	bodyRead(w)
	s, fresh, err := h.sessionOrNew(w, r)
	if err != nil {
		return err
	}
	text := r.PostFormValue("text")
	if !own && (fresh || !h.sessions.isFormToken(s, r.PostFormValue("token"))) {
		return h.writePlain(w, r, s, http.StatusOK, plainData{Draft: text, Notice: "Cô bác bấm Gửi thêm một lần nữa."}, 0)
	}
	in := incoming{ID: r.PostFormValue("id"), Kind: bot.KindText, Text: text}
	if payload := r.PostFormValue("press"); payload != "" {
		in.Kind, in.Payload, in.Text = bot.KindPress, payload, ""
	}
	if in.ID == "" {
		in.ID = newID()
	}
	err = h.allowMessage(r, s)
	if err == nil {
		err = h.ackSeen(r, s)
	}
	if err == nil {
		err = h.take(w, r, s, in)
	}
	if err != nil {
		return h.plainFailure(w, r, s, text, err)
	}
	return h.writePlain(w, r, s, http.StatusOK, plainData{Asked: text}, plainWait)
}

// ackSeen acknowledges what the page that sent the form has shown.
func (h *Handler) ackSeen(r *http.Request, s session) error {
	seen, err := strconv.ParseUint(r.PostFormValue("seen"), 10, 64)
	if err != nil || seen == 0 {
		return nil
	}
	ctx, cancel := detached(r.Context())
	defer cancel()
	if err := h.outbox.Ack(ctx, chat(s), seen); err != nil {
		return errUnavailable(err)
	}
	return nil
}

// plainFailure shows the page with what went wrong and the text in its box. A
// failure of ours is returned as well, to be logged.
func (h *Handler) plainFailure(w http.ResponseWriter, r *http.Request, s session, text string, err error) error {
	notice, status := "Chưa gửi được. Cô bác đợi một chút rồi bấm Gửi lại.", http.StatusInternalServerError
	fail, ok := errors.AsType[*failure](err)
	if ok {
		status = fail.status
		if fail.text != "" {
			notice = fail.text
		}
	}
	if e := h.writePlain(w, r, s, status, plainData{Draft: text, Notice: notice}, 0); e != nil {
		return errors.Join(err, e)
	}
	if !ok {
		fail = &failure{status: status, code: "internal", cause: err}
	}
	shown := *fail
	shown.begun = true
	return &shown
}

// writePlain fills in what waits and writes the page.
func (h *Handler) writePlain(w http.ResponseWriter, r *http.Request, s session, status int, data plainData, patience time.Duration) error {
	replies, err := h.await(context.WithoutCancel(r.Context()), s, 0, patience)
	if err != nil && data.Notice == "" {
		return err
	}
	data.Replies = replies
	data.Waiting = patience > 0 && len(replies) == 0
	for i := range replies {
		data.Seen = replies[i].Seq
		if i < len(replies)-1 {
			replies[i].Buttons = nil // only the latest list counts
		}
	}
	data.Style, data.Province, data.MaxText = h.assets.style, h.province, maxText
	data.ID, data.Token = newID(), h.sessions.formToken(s)
	var page bytes.Buffer
	if err := h.assets.plain.Execute(&page, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // the browser may have gone; nothing is lost by it
	return nil
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract
	return hex.EncodeToString(b[:])
}
