package webchat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/httphead"
	"github.com/doithoai/doithoai/internal/record"
)

// Channel is the name of this channel in a [bot.ChatID].
const Channel = "web"

// Intake takes one message of a resident.
type Intake interface {
	// Handle returns nil when m is saved, also when an earlier message of the
	// same chat had the same ID. Any error means "not taken": the browser keeps
	// the message and sends it again. The error must not quote m.
	Handle(ctx context.Context, m bot.Message) error
}

// Outbox holds what waits for a chat.
type Outbox interface {
	// Pending returns everything not yet acknowledged, in order of Seq. Seq
	// never goes back while a session can live.
	Pending(ctx context.Context, chat bot.ChatID) ([]record.Delivery, error)
	// Ack removes all with Seq up to upTo; repeating it is harmless.
	Ack(ctx context.Context, chat bot.ChatID, upTo uint64) error
	// Watch gives a token whenever something new may be pending, until stop.
	// A token may be missed; readers look again from time to time.
	Watch(chat bot.ChatID) (changed <-chan struct{}, stop func())
}

// Media gives our own copies of pictures and the like addresses on our own server.
type Media interface {
	// URL returns where the page finds what is kept under key, beginning with a
	// slash, and its media type. An error that is [fs.ErrNotExist] says that it is
	// gone for good, any other that it may work later.
	URL(ctx context.Context, key string) (address, kind string, err error)
}

// Config is what [New] needs. Intake, Outbox, Key and Logger are compulsory.
type Config struct {
	Intake Intake
	Outbox Outbox
	Logger *slog.Logger

	// Key signs session cookies: 32 random bytes or more, the same on every
	// server. A new key ends all sessions.
	Key []byte
	// PublicURL is where residents reach the page, "https://…". Empty: whatever
	// host the browser asked for.
	PublicURL string
	// TrustedProxies may tell us a client's address and scheme; all others are
	// taken for the client itself.
	TrustedProxies []netip.Prefix
	// Media shows what is sent besides text. Nil: only its description is shown.
	Media Media
	// Province stands in the heading; may be empty.
	Province string
	// Limits bound what strangers can use up; zero fields take the default.
	Limits Limits
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
}

// maxWait bounds one call of the Intake or Outbox.
const maxWait = 10 * time.Second

// Handler serves the web chat. It is safe for concurrent use.
type Handler struct {
	intake   Intake
	outbox   Outbox
	media    Media
	log      *slog.Logger
	now      func() time.Time
	sessions sessions
	clients  clients
	limits   *limiters
	streams  *streams
	assets   *assets
	province string
	bodyTime time.Duration
	mux      *http.ServeMux

	closing   chan struct{} // closed by Close
	closeOnce sync.Once
}

var _ http.Handler = (*Handler)(nil)

// New returns the handler, or an error that names everything wrong with cfg.
func New(cfg Config) (*Handler, error) {
	var faults []error
	if cfg.Intake == nil || cfg.Outbox == nil || cfg.Logger == nil {
		faults = append(faults, errors.New("intake, outbox and logger are needed"))
	}
	if len(cfg.Key) < minKey {
		faults = append(faults, fmt.Errorf("key of %d bytes, want at least %d", len(cfg.Key), minKey))
	}
	origin, err := originOf(cfg.PublicURL)
	faults = append(faults, err)
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("set up web chat: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	limits := cfg.Limits.withDefaults()
	h := &Handler{
		intake:   cfg.Intake,
		outbox:   cfg.Outbox,
		media:    cfg.Media,
		log:      cfg.Logger.With("component", "webchat"),
		now:      cfg.Now,
		sessions: newSessions(cfg.Key, limits.Sessions),
		clients:  clients{origin: origin},
		limits:   newLimiters(limits),
		streams:  newStreams(limits),
		province: cfg.Province,
		bodyTime: limits.BodyTime,
		closing:  make(chan struct{}),
	}
	h.Trust(cfg.TrustedProxies)
	h.assets, err = newAssets(cfg.Province)
	if err != nil {
		return nil, fmt.Errorf("set up web chat: %w", err)
	}
	h.routes()
	return h, nil
}

// Trust replaces the proxies of [Config.TrustedProxies], from the next request on.
func (h *Handler) Trust(proxies []netip.Prefix) { h.clients.trusted.Store(&proxies) }

// originOf returns scheme and host of a public address, "" for none.
func originOf(public string) (string, error) {
	if public == "" {
		return "", nil
	}
	u, err := url.Parse(public)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "", errors.New("public URL is no http or https address")
	}
	return strings.ToLower(u.Scheme + "://" + u.Host), nil
}

func (h *Handler) routes() {
	h.mux = http.NewServeMux()
	handle := func(pattern string, f func(http.ResponseWriter, *http.Request) error) {
		h.mux.Handle(pattern, h.finish(pattern, f))
	}
	for _, path := range h.assets.paths() {
		handle("GET "+path, h.assets.serve(path))
	}
	handle("GET /chat/session", h.askSession)
	handle("POST /chat/session", h.own(h.beginSession))
	handle("POST /chat/messages", h.own(h.takeMessage))
	handle("GET /chat/events", h.sendEvents)
	handle("GET /chat/replies", h.sendReplies)
	handle("POST /chat/ack", h.own(h.acknowledge))
	handle("POST /chat/end", h.own(h.endSession))
	handle("GET /chat/plain", h.plainPage)
	handle("POST /chat/plain", h.plainPost)
	handle("/", func(http.ResponseWriter, *http.Request) error { return errNoPage() })
}

// ServeHTTP serves the page and its API.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	httphead.Set(w.Header())
	w.Header().Set("Content-Security-Policy", pagePolicy)
	h.limitBody(w, r)
	h.mux.ServeHTTP(w, r)
}

// pagePolicy lets the page have what is its own: nothing inline, nothing from
// elsewhere.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// Close ends all open event streams and long requests, so that a server can
// shut down without waiting for them; browsers come back by themselves. Give
// it to [http.Server.RegisterOnShutdown].
func (h *Handler) Close() { h.closeOnce.Do(func() { close(h.closing) }) }

// chat names the chat of a session.
func chat(s session) bot.ChatID {
	return bot.ChatID{Channel: Channel, Bot: "main", Chat: s.name()}
}

// detached gives a call time to finish although the browser has gone: a save
// that was begun is better finished than repeated.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), maxWait)
}
