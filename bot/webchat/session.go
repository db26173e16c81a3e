package webchat

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/doithoai/doithoai/internal/recent"
)

const (
	minKey = 32 // bytes
	// idleTime ends a session that nobody writes in: the phone may be in other hands.
	idleTime = 30 * time.Minute
	// lifeTime ends every session.
	lifeTime = 12 * time.Hour
	// renewAfter spares a new cookie for every message.
	renewAfter = time.Minute
	// clockSkew is how far another server of ours may run ahead.
	clockSkew = time.Minute
)

// session is one resident's visit: who it is nobody knows.
type session struct {
	id    [16]byte // random; names the chat
	begun time.Time
	used  time.Time // when the resident last sent something
}

// name is the chat's id.
func (s session) name() string { return hex.EncodeToString(s.id[:]) }

// tag tells the page one session from another without giving the id away.
func (s session) tag() string {
	sum := sha256.Sum256(append([]byte("webchat tag\x00"), s.id[:]...))
	return hex.EncodeToString(sum[:8])
}

// sessions signs and checks cookies. Nothing is stored but the sessions that
// were ended early, so that a copied cookie does not outlive «Kết thúc»; after
// a restart such a copy may live on for its half hour.
type sessions struct {
	key   []byte
	ended *recent.Map[string, struct{}]
}

func newSessions(key []byte, size int) sessions {
	return sessions{key: hmacOf(key, "webchat session v1", nil), ended: recent.New[string, struct{}](size)}
}

func hmacOf(key []byte, purpose string, data []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(purpose))
	m.Write([]byte{0})
	m.Write(data)
	return m.Sum(nil)
}

func (ss sessions) begin(now time.Time) session {
	s := session{begun: now, used: now}
	_, _ = rand.Read(s.id[:]) // never fails, by its contract
	return s
}

// sealed is the cookie's value: id, two times in seconds, signature.
const sealedSize = 16 + 8 + 8 + sha256.Size

func (ss sessions) seal(s session) string {
	b := make([]byte, 0, sealedSize)
	b = append(b, s.id[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.begun.Unix()))
	b = binary.BigEndian.AppendUint64(b, uint64(s.used.Unix()))
	b = append(b, hmacOf(ss.key, "cookie", b)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// open returns the session of a cookie value, and false for one that is forged,
// over or ended.
func (ss sessions) open(value string, now time.Time) (session, bool) {
	if len(value) != base64.RawURLEncoding.EncodedLen(sealedSize) {
		return session{}, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil {
		return session{}, false
	}
	body, mac := b[:sealedSize-sha256.Size], b[sealedSize-sha256.Size:]
	if !hmac.Equal(mac, hmacOf(ss.key, "cookie", body)) {
		return session{}, false
	}
	s := session{
		id:    [16]byte(body[:16]),
		begun: time.Unix(int64(binary.BigEndian.Uint64(body[16:])), 0),
		used:  time.Unix(int64(binary.BigEndian.Uint64(body[24:])), 0),
	}
	if now.Sub(s.used) >= idleTime || now.Sub(s.begun) >= lifeTime || s.begun.Sub(now) > clockSkew {
		return session{}, false
	}
	if _, over := ss.ended.Get(s.name()); over {
		return session{}, false
	}
	return s, true
}

func (ss sessions) end(s session) { ss.ended.Put(s.name(), struct{}{}) }

// formToken proves that a form was rendered for this session.
func (ss sessions) formToken(s session) string {
	return base64.RawURLEncoding.EncodeToString(hmacOf(ss.key, "form", s.id[:])[:16])
}

func (ss sessions) isFormToken(s session, token string) bool {
	return hmac.Equal([]byte(token), []byte(ss.formToken(s)))
}

// cookieName: with https the __Host- prefix keeps other sites of the same
// domain from planting a session of theirs.
func cookieName(https bool) string {
	if https {
		return "__Host-doithoai"
	}
	return "doithoai"
}

func (h *Handler) setCookie(w http.ResponseWriter, r *http.Request, s session) {
	https := h.clients.https(r)
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure wherever the browser speaks https; on a first trial at 127.0.0.1 it does not
		Name: cookieName(https), Value: h.sessions.seal(s), Path: "/",
		MaxAge: int(idleTime / time.Second), HttpOnly: true, Secure: https, SameSite: http.SameSiteStrictMode,
	})
}

// session returns the session of a request, or errNoSession.
func (h *Handler) session(r *http.Request) (session, error) {
	c, err := r.Cookie(cookieName(h.clients.https(r)))
	if err != nil {
		return session{}, errNoSession()
	}
	s, ok := h.sessions.open(c.Value, h.now())
	if !ok {
		return session{}, errNoSession()
	}
	return s, nil
}

// sessionOrNew returns the session of a request or begins one.
func (h *Handler) sessionOrNew(w http.ResponseWriter, r *http.Request) (s session, fresh bool, err error) {
	if s, err := h.session(r); err == nil {
		return s, false, nil
	}
	if err := h.limits.address.allow(h.clients.address(r), h.now()); err != nil {
		return session{}, false, err
	}
	s = h.sessions.begin(h.now())
	h.setCookie(w, r, s)
	return s, true, nil
}

// renew notes that the resident has just done something.
func (h *Handler) renew(w http.ResponseWriter, r *http.Request, s session) {
	if now := h.now(); now.Sub(s.used) >= renewAfter {
		s.used = now
		h.setCookie(w, r, s)
	}
}

// sessionAnswer tells the page which session it is in.
type sessionAnswer struct {
	Session string `json:"session"`
	Fresh   bool   `json:"fresh,omitempty"`
	Idle    int    `json:"idle"` // seconds after which the page clears itself
}

func (h *Handler) askSession(w http.ResponseWriter, r *http.Request) error {
	s, err := h.session(r)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, sessionAnswer{Session: s.tag(), Idle: int(idleTime / time.Second)})
	return nil
}

func (h *Handler) beginSession(w http.ResponseWriter, r *http.Request) error {
	if err := readJSON(w, r, &struct{}{}); err != nil {
		return err
	}
	s, fresh, err := h.sessionOrNew(w, r)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, sessionAnswer{Session: s.tag(), Fresh: fresh, Idle: int(idleTime / time.Second)})
	return nil
}

// endSession forgets the cookie and what still waits: the resident has left,
// and nobody else shall read it.
func (h *Handler) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := readJSON(w, r, &struct{}{}); err != nil {
		return err
	}
	s, err := h.session(r)
	if err != nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	h.sessions.end(s)
	h.streams.endSession(s.name())
	https := h.clients.https(r)
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // as in setCookie
		Name: cookieName(https), Path: "/", MaxAge: -1,
		HttpOnly: true, Secure: https, SameSite: http.SameSiteStrictMode,
	})
	ctx, cancel := detached(r.Context())
	defer cancel()
	waiting, err := h.outbox.Pending(ctx, chat(s))
	if err == nil && len(waiting) > 0 {
		err = h.outbox.Ack(ctx, chat(s), waiting[len(waiting)-1].Seq)
	}
	if err != nil {
		return errUnavailable(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
