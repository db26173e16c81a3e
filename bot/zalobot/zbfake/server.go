package zbfake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot/standin"
)

// Options are what a [Server] is made with. Token is compulsory.
type Options struct {
	Token string
	Clock *standin.Clock // the real time if nil
	Form  Form
	// Client brings webhooks; one of its own if nil.
	Client *http.Client
	// Fetch gets pictures and voice from the addresses that are sent; if nil,
	// nobody looks at what is there.
	Fetch *http.Client
	// Retries is how often a webhook that did not answer 200 is called again.
	// What the platform does is not known; no retry is the worst it can do.
	Retries int
	// Plan is how many messages a month may be sent; 0 for any number.
	Plan int
}

// Form says how the platform words what documents and traffic word differently.
// The zero Form is that of the documents.
type Form struct {
	Bare     bool // webhooks bring the event without an envelope
	Live     bool // photo_url and name instead of photo and display_name
	Seconds  bool // dates in seconds
	Camel    bool // errorCode instead of error_code
	Statuses bool // errors come with their HTTP status instead of 200
	Untyped  bool // webhooks come without saying that they are JSON
	Old      bool // setWebhook does not tell how its try went
}

// Server is one bot's platform. It is safe for concurrent use.
type Server struct {
	o     Options
	clock *standin.Clock

	ctx    context.Context //nolint:containedctx // ends with Close
	cancel context.CancelFunc
	tasks  sync.WaitGroup

	mu     sync.Mutex
	lastID int64
	chats  map[string]*chat
	faults standin.Faults[Fault]
	calls  []Call
	hook   webhook
	queue  updates
	plan   plan
}

// Call is one request that the bot made.
type Call struct {
	Method string
	Params map[string]string
	Error  string // the description it was refused with
}

// New returns a server with no people yet. Close it.
func New(o Options) *Server {
	s := &Server{o: o, clock: o.Clock, chats: map[string]*chat{}, lastID: 0x2d758cb5}
	if s.o.Client == nil {
		s.o.Client = &http.Client{
			Transport:     &http.Transport{DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.queue.changed = make(chan struct{})
	s.tasks.Go(s.deliverWebhooks)
	return s
}

// Close ends all that waits.
func (s *Server) Close() {
	s.cancel()
	s.tasks.Wait()
}

// id returns an id nobody else has. The caller holds mu.
func (s *Server) id() string {
	s.lastID++
	return fmt.Sprintf("%08xe222177a4e35", s.lastID)
}

// ServeHTTP is the Bot API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, method, found := strings.Cut(rest, "/")
	switch {
	case !ok || !found:
		s.answer(w, nil, refuse(http.StatusBadRequest, "Bad request"))
		return
	case token != s.o.Token:
		s.answer(w, nil, refuse(http.StatusUnauthorized, "Unauthorized"))
		return
	}
	p, err := readParams(r)
	if err != nil {
		s.answer(w, nil, invalid("cannot read the request"))
		return
	}
	s.call(w, r, method, p)
}

func (s *Server) call(w http.ResponseWriter, r *http.Request, method string, p params) {
	f := s.takeFault(method)
	switch {
	case f == nil || f.Break:
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		return
	case f.Drop:
		drop(w)
		return
	case f.Body != "":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		fmt.Fprint(w, f.Body)
		return
	default:
		s.note(method, p, f.Description)
		s.answer(w, nil, refuse(f.Code, f.Description))
		return
	}
	result, err := s.do(r, method, p)
	text := ""
	if err != nil {
		text = err.Error()
	}
	s.note(method, p, text)
	if f != nil && f.Break {
		drop(w)
		return
	}
	s.answer(w, result, err)
}

// drop breaks the line without an answer.
func drop(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

func (s *Server) note(method string, p params, refused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{Method: method, Params: maps.Clone(p), Error: refused})
}

// Calls returns what the bot asked for, of the named methods or of all.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out = append(out, c)
		}
	}
	return out
}

// refusal is an error as the platform tells it.
type refusal struct {
	code        int
	description string
}

func (r *refusal) Error() string { return r.description }

func refuse(code int, description string) *refusal { return &refusal{code, description} }

// invalid is how the platform refuses what a request asks for.
func invalid(description string) *refusal { return refuse(http.StatusNotFound, description) }

// nothing is the result of a method that has none.
type nothing struct{}

func (s *Server) answer(w http.ResponseWriter, result any, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	body := map[string]any{"ok": err == nil}
	if err != nil {
		r, ok := err.(*refusal) //nolint:errorlint // made here, never wrapped
		if !ok {
			r = refuse(http.StatusForbidden, "Internal server error")
		}
		name := "error_code"
		if s.o.Form.Camel || r.code == http.StatusUpgradeRequired {
			name = "errorCode"
		}
		body[name], body["description"] = r.code, r.description
		if s.o.Form.Statuses {
			w.WriteHeader(r.code)
		}
	} else if _, none := result.(nothing); !none {
		body["result"] = result
	}
	_ = json.NewEncoder(w).Encode(body)
}

// stamp is a time as the platform writes it.
func (s *Server) stamp(t time.Time) int64 {
	if s.o.Form.Seconds {
		return t.Unix()
	}
	return t.UnixMilli()
}
