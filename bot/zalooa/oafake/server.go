package oafake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot/standin"
)

// Options say what there is; zero fields take the default in brackets.
type Options struct {
	AppID     string         // ["1234567890123456789"]
	AppSecret string         // ["fake-app-secret"]
	OASecret  string         // ["fake-oa-secret"]
	OAID      string         // ["388613280878808645"]
	Callback  string         // the one registered redirect address; empty allows any
	PerMinute int            // calls the package allows in a minute [4000]
	Echo      bool           // events tell of what the account sent
	Clock     *standin.Clock // nil: the machine's
	// Client brings events to the webhook; [one that waits two seconds].
	Client *http.Client
}

// Account is what the account tells about itself.
type Account struct {
	Name, Package, ValidThrough string
	Verified, Cloud             bool
}

// Server is the platform. It is safe for concurrent use.
type Server struct {
	o   Options
	mux *http.ServeMux

	mu         sync.Mutex
	account    Account
	webhook    string
	disabled   bool
	people     map[string]*Person
	next       int // number for ids
	tokens     tokens
	codes      map[string]grant
	uploads    map[string]upload
	faults     standin.Faults[Fault]
	minute     time.Time
	calls      int // in that minute
	complaints []string
	pending    []*event
	last       *event // that was taken
	events     sync.WaitGroup
}

// New returns a platform that has one account and no residents. Its first pair
// of tokens is [Server.Tokens].
func New(o Options) *Server {
	for _, f := range []struct {
		field    *string
		fallback string
	}{
		{&o.AppID, "1234567890123456789"}, {&o.AppSecret, "fake-app-secret"},
		{&o.OASecret, "fake-oa-secret"}, {&o.OAID, "388613280878808645"},
	} {
		if *f.field == "" {
			*f.field = f.fallback
		}
	}
	if o.PerMinute == 0 {
		o.PerMinute = 4000
	}
	if o.Client == nil {
		o.Client = &http.Client{
			Timeout:   2 * time.Second,
			Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		}
	}
	s := &Server{
		o: o, mux: http.NewServeMux(), people: map[string]*Person{}, codes: map[string]grant{}, uploads: map[string]upload{},
		account: Account{Name: "Tỉnh Quảng Ngãi (thử)", Package: "Growth", ValidThrough: "31/12/2027", Verified: true, Cloud: true},
	}
	s.issue()
	s.mux.HandleFunc("GET /v4/oa/permission", s.consent)
	s.mux.HandleFunc("POST /v4/oa/access_token", s.accessToken)
	s.route("POST /v3.0/oa/message/cs", s.sendMessage)
	s.route("POST /v2.0/oa/message", s.sendAnonymous)
	s.route("POST /v2.0/oa/upload/image", s.uploadImage)
	s.route("POST /v2.0/oa/upload/file", s.uploadFile)
	s.route("GET /v2.0/oa/getoa", s.getAccount)
	s.route("GET /v2.0/oa/conversation", s.conversation)
	return s
}

// Options returns what the server goes by, defaults filled in.
func (s *Server) Options() Options { return s.o }

// Close waits for events under way.
func (s *Server) Close() {
	s.events.Wait()
	s.o.Client.CloseIdleConnections()
}

// ServeHTTP is the API and the OAuth service in one.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Complaints returns what clients did against the rules.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.complaints...)
}

func (s *Server) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

// SetAccount changes what the account tells about itself.
func (s *Server) SetAccount(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account = a
}

// no is an error as Zalo tells it.
type no struct {
	code int
	text string
}

// call is one call of the API, under the server's lock.
type call func(r *http.Request) (data any, refused *no)

// route serves a call: faults, token and rate first, then what it is about.
func (s *Server) route(pattern string, do call) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		f := s.faults.Take(r.URL.Path)
		if f != nil && !f.Break {
			f.meet(w, r)
			return
		}
		s.mu.Lock()
		data, refused := s.admit(w, r)
		if refused == nil {
			data, refused = do(r)
		}
		s.mu.Unlock()
		if f != nil {
			panic(http.ErrAbortHandler) // done, but the line breaks
		}
		if refused != nil {
			answer(w, map[string]any{"error": refused.code, "message": refused.text})
			return
		}
		answer(w, map[string]any{"error": 0, "message": "Success", "data": data})
	})
}

// admit checks what every call has to bring, and counts it.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (any, *no) {
	if r.Header.Get("Authorization") != "" {
		s.complain("%s: an Authorization header", r.URL.Path)
	}
	switch token := r.Header.Get("access_token"); {
	case token == "" || token != s.tokens.access:
		return nil, &no{-216, "Access token is invalid"}
	case !s.now().Before(s.tokens.expires):
		return nil, &no{-220, "Access token is expired or removed"}
	}
	if minute := s.now().Truncate(time.Minute); !minute.Equal(s.minute) {
		s.minute, s.calls = minute, 0
	}
	s.calls++
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(s.o.PerMinute))
	w.Header().Set("X-RateLimit-Remain", strconv.Itoa(max(0, s.o.PerMinute-s.calls)))
	if s.calls > s.o.PerMinute {
		return nil, &no{-32, "OA reached limit call api per minute"}
	}
	return nil, nil
}

// Calls returns how many calls were counted in this minute.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *Server) now() time.Time { return s.o.Clock.Now() }

func (s *Server) number() int {
	s.next++
	return s.next
}

// answer writes with HTTP 200, whatever it says.
func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (s *Server) getAccount(*http.Request) (any, *no) {
	a := s.account
	data := map[string]any{
		"oa_id": s.o.OAID, "name": a.Name, "is_verified": a.Verified, "oa_type": 4,
		"package_name": a.Package, "package_valid_through_date": a.ValidThrough,
	}
	if a.Cloud {
		data["linked_ZCA"] = "quangngai"
	}
	return data, nil
}

// Forgive forgets the complaints, for a test that wanted them.
func (s *Server) Forgive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complaints = nil
}
