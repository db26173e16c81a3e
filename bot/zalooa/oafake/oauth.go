package oafake

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// Lives of what the OAuth service gives out.
const (
	accessLife  = 25 * time.Hour
	refreshLife = 90 * 24 * time.Hour
	codeLife    = 10 * time.Minute
)

// tokens is the pair that counts, and the refresh tokens that were used up.
type tokens struct {
	access, refresh string
	expires, ends   time.Time
	used            map[string]bool
	dead            bool // until the next consent
	refreshed       int
}

// grant is a consent that waits for its code to be exchanged.
type grant struct {
	challenge string
	at        time.Time
}

var verifierForm = regexp.MustCompile(`^[A-Za-z0-9]{43}$`)

// issue makes a new pair; the one before it is worth nothing any more.
func (s *Server) issue() {
	now := s.now()
	used := s.tokens.used
	if used == nil {
		used = map[string]bool{}
	}
	if s.tokens.refresh != "" {
		used[s.tokens.refresh] = true
	}
	s.tokens = tokens{
		access: "access-" + rand.Text(), refresh: "refresh-" + rand.Text(),
		expires: now.Add(accessLife), ends: now.Add(refreshLife), used: used, refreshed: s.tokens.refreshed,
	}
}

// Tokens returns the pair that counts.
func (s *Server) Tokens() (access, refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.access, s.tokens.refresh
}

// Refreshed returns how many refreshes succeeded.
func (s *Server) Refreshed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.refreshed
}

// Revoke makes the access token invalid, as an administrator can.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.access = "revoked-" + rand.Text()
}

// Expire ends the access token's time.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.expires = s.now()
}

// Grant consents as an administrator would, and returns the code.
func (s *Server) Grant(challenge string) (code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	code = "code-" + rand.Text()
	s.codes[code] = grant{challenge, s.now()}
	return code
}

// consent is the page behind the link; who opens it consents.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch {
	case q.Get("app_id") != s.o.AppID:
		answer(w, refusedToken(-14001, "Invalid app id"))
		return
	case q.Get("redirect_uri") == "" || s.o.Callback != "" && q.Get("redirect_uri") != s.o.Callback:
		answer(w, refusedToken(-14003, "Invalid redirect uri"))
		return
	}
	back := url.Values{"code": {s.Grant(q.Get("code_challenge"))}, "oa_id": {s.o.OAID}}
	if q.Has("state") {
		back.Set("state", q.Get("state"))
	}
	w.Header().Set("Location", q.Get("redirect_uri")+"?"+back.Encode())
	w.WriteHeader(http.StatusFound)
}

func refusedToken(code int, reason string) map[string]any {
	return map[string]any{"error": code, "error_name": reason, "error_reason": reason}
}

func (s *Server) accessToken(w http.ResponseWriter, r *http.Request) {
	f := s.faults.Take(Refresh)
	if f != nil && !f.Break {
		f.meet(w, r)
		return
	}
	_ = r.ParseForm()
	s.mu.Lock()
	out := s.token(r)
	s.mu.Unlock()
	if f != nil {
		panic(http.ErrAbortHandler)
	}
	answer(w, out)
}

// token is the service itself, under the lock.
func (s *Server) token(r *http.Request) map[string]any {
	form := r.PostForm
	switch {
	case r.Header.Get("secret_key") != s.o.AppSecret:
		return refusedToken(-14004, "Invalid secret key")
	case form.Get("app_id") != s.o.AppID:
		return refusedToken(-14001, "Invalid app id")
	}
	switch form.Get("grant_type") {
	case "authorization_code":
		if refused := s.redeem(form.Get("code"), form.Get("code_verifier")); refused != nil {
			return refused
		}
	case "refresh_token":
		if refused := s.renew(form.Get("refresh_token")); refused != nil {
			return refused
		}
	default:
		return refusedToken(-14005, "Invalid grant type")
	}
	s.issue()
	return map[string]any{"access_token": s.tokens.access, "refresh_token": s.tokens.refresh, "expires_in": "90000"}
}

func (s *Server) redeem(code, verifier string) map[string]any {
	g, ok := s.codes[code]
	delete(s.codes, code)
	sum := sha256.Sum256([]byte(verifier))
	switch {
	case !ok || s.now().Sub(g.at) > codeLife:
		return refusedToken(-14013, "Invalid or expired code")
	case !verifierForm.MatchString(verifier) || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge:
		return refusedToken(-14015, "Invalid code verifier")
	}
	return nil
}

// renew lets a refresh token be used once; a second use costs the pair.
func (s *Server) renew(token string) map[string]any {
	switch {
	case s.tokens.used[token]:
		s.tokens.access, s.tokens.dead = "dead-"+rand.Text(), true
		s.complain("a refresh token was used twice")
		return refusedToken(-14014, "Invalid refresh token")
	case token != s.tokens.refresh || s.tokens.dead || !s.now().Before(s.tokens.ends):
		return refusedToken(-14014, "Invalid refresh token")
	}
	s.tokens.refreshed++
	return nil
}
