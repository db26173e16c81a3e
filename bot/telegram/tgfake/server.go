package tgfake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doithoai/doithoai/bot/standin"
)

// Options are what a [Server] is made with. Token is compulsory.
type Options struct {
	Token string
	Clock *standin.Clock // the real time if nil
	// Client brings webhooks; one of its own if nil.
	Client *http.Client
	// Load makes it fit for hundreds of thousands of messages: it keeps neither
	// calls nor what chats show. How many it takes in a second it never bounds:
	// what Telegram allows there is a matter of [Server.Fail].
	Load bool
}

// Server is one bot's Telegram. It is safe for concurrent use.
type Server struct {
	token  string
	clock  *standin.Clock
	load   bool
	me     User
	client *http.Client

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	tasks  sync.WaitGroup

	hanging atomic.Int32

	mu       sync.Mutex
	nextID   int64 // of messages, users, files, queries
	chats    map[int64]*chat
	files    map[string]stored
	queries  map[string]*query
	commands map[string][]Command // by scope and language
	faults   standin.Faults[Fault]
	calls    []Call
	updates  updates
	hook     webhook
}

// stored is a file with its bytes.
type stored struct {
	File
	data []byte
}

// query is a tap that waits to be answered.
type query struct {
	at       time.Time
	answered bool
}

// Call is one request that the bot made.
type Call struct {
	Method string
	Params map[string]string
	Error  string // the description it was refused with
}

// firstID is where ids of people and groups begin: larger than 32 bits, as Telegram
// warns, and of digits that no other number is likely to show. A run of zeros and
// one more digit is how a sum of fractions ends, as in 0.019293807000000003.
const firstID = 7_318_264_900

// New returns a server with no people yet. Close it.
func New(o Options) *Server {
	s := &Server{
		token: o.Token, clock: o.Clock, client: o.Client, load: o.Load, nextID: firstID,
		chats: map[int64]*chat{}, files: map[string]stored{}, queries: map[string]*query{}, commands: map[string][]Command{},
	}
	if s.client == nil {
		s.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	s.me = User{ID: 123456, IsBot: true, Name: "Đối Thoại", Username: "doithoai_thu_bot"}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.updates.init()
	s.tasks.Go(s.deliverWebhooks)
	return s
}

// Close ends all that waits.
func (s *Server) Close() {
	s.cancel()
	s.tasks.Wait()
}

// id returns a number nobody else has. The caller holds mu.
func (s *Server) id() int64 {
	s.nextID++
	return s.nextID
}

// ServeHTTP is the Bot API and its files.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		s.serveFile(w, r, rest)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, method, found := strings.Cut(rest, "/")
	switch {
	case !ok || !found:
		s.answer(w, nil, refuse(http.StatusNotFound, "Not Found"))
		return
	case token != s.token:
		s.answer(w, nil, refuse(http.StatusUnauthorized, "Unauthorized"))
		return
	}
	p, err := readParams(r)
	if err != nil {
		s.answer(w, nil, refuse(http.StatusBadRequest, "Bad Request: can't parse the request"))
		return
	}
	s.call(w, r, method, p)
}

func (s *Server) call(w http.ResponseWriter, r *http.Request, method string, p params) {
	f := s.takeFault(method)
	switch {
	case f == nil || f.Break:
	case f.Hang:
		s.hang(r.Context())
		return
	case f.Drop:
		drop(w)
		return
	case f.Body != "":
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Code)
		fmt.Fprint(w, f.Body)
		return
	default:
		s.note(method, p, f.Description)
		s.answer(w, nil, &refusal{Code: f.Code, Description: f.Description, RetryAfter: f.RetryAfter})
		return
	}
	result, err := s.do(r.Context(), method, p)
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

// hang keeps a request until its end, or that of the server.
func (s *Server) hang(ctx context.Context) {
	s.hanging.Add(1)
	defer s.hanging.Add(-1)
	select {
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
}

// Hanging returns how many requests are kept without an answer.
func (s *Server) Hanging() int { return int(s.hanging.Load()) }

// drop breaks the line without an answer.
func drop(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

func (s *Server) note(method string, p params, refused string) {
	if s.load {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{Method: method, Params: maps.Clone(p.values), Error: refused})
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

// refusal is an error as the API tells it.
type refusal struct {
	Code        int
	Description string
	RetryAfter  int
	MigrateTo   int64
}

func (r *refusal) Error() string { return r.Description }

func refuse(code int, description string) *refusal {
	return &refusal{Code: code, Description: description}
}

func bad(description string) *refusal {
	return refuse(http.StatusBadRequest, "Bad Request: "+description)
}

func (s *Server) answer(w http.ResponseWriter, result any, err error) {
	w.Header().Set("Content-Type", "application/json")
	body := map[string]any{"ok": err == nil}
	if err == nil {
		body["result"] = result
	} else {
		r, ok := err.(*refusal) //nolint:errorlint // made here, never wrapped
		if !ok {
			r = refuse(http.StatusInternalServerError, "Internal Server Error")
		}
		body["error_code"], body["description"] = r.Code, r.Description
		parameters := map[string]any{}
		if r.RetryAfter > 0 {
			parameters["retry_after"] = r.RetryAfter
			w.Header().Set("Retry-After", fmt.Sprint(r.RetryAfter))
		}
		if r.MigrateTo != 0 {
			parameters["migrate_to_chat_id"] = r.MigrateTo
		}
		if len(parameters) > 0 {
			body["parameters"] = parameters
		}
		w.WriteHeader(r.Code)
	}
	_ = json.NewEncoder(w).Encode(body)
}
