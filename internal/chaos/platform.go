package chaos

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// The platform gives up waiting for a webhook and sends it again; real ones
// wait longer, which would only make the run longer.
const (
	hookTimeout    = 5 * time.Second
	redeliverFirst = 100 * time.Millisecond
	redeliverMax   = 2 * time.Second
	// impatientTries is how often a platform that gives up tries.
	impatientTries = 5
	// Telegram asks once more at once, then after 2, 4, 8 … seconds, unless the
	// answer said when.
	telegramFirst = 2 * time.Second
	telegramMax   = time.Minute
)

// update is one message of a person on a platform of our own, on its way to the
// program.
type update struct {
	Chat string `json:"chat"`
	ID   string `json:"id"`
	// Of people who do more than count; see [town].
	Text    string `json:"text,omitempty"`  // the id if empty
	Press   string `json:"press,omitempty"` // what a button carried
	Sender  string `json:"sender,omitempty"`
	ReplyTo string `json:"reply_to,omitempty"`
}

// Of so many messages that the program sends, the platform refuses some for a
// moment, and fails to say of some that it took them.
const (
	diceSides   = 200
	throttledOf = 2
	unclearOf   = 1
)

// arrival is one message the program sent, as the platform got it.
type arrival struct {
	bot.Reply
	Chat    string    `json:"chat"`
	ID      string    `json:"id"` // of the message that was changed in place; of a new one the platform's
	At      time.Time `json:"-"`
	By      string    `json:"by"` // the replica that sent it
	Unclear bool      `json:"-"`  // taken, but the sender was not told so
}

// refused is a call that nobody took, or whose connection broke.
type refused struct {
	at        time.Time
	hook, why string
}

// Platform stands for a messaging platform. It is safe for concurrent use.
type Platform struct {
	telegram *Telegram // nil: a platform of our own
	server   *httptest.Server
	client   *http.Client

	mu       sync.Mutex
	hooks    []string // where updates go, chosen at random
	accepted map[string]bool
	offered  map[string]bool
	arrivals []arrival
	refused  []refused
	faulty   bool // answers of our own that a sender must bear
}

// NewPlatform starts a platform, one of our own if t is nil; Close ends it.
func NewPlatform(t *Telegram) *Platform {
	p := &Platform{
		telegram: t,
		client:   &http.Client{Timeout: hookTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
		accepted: map[string]bool{}, offered: map[string]bool{}, faulty: true,
	}
	receive := p.receive
	if t != nil {
		receive = p.receiveTelegram
	}
	p.server = httptest.NewServer(http.HandlerFunc(receive))
	return p
}

// Close ends the platform.
func (p *Platform) Close() {
	p.client.CloseIdleConnections()
	p.server.Close()
}

// URL is where the program sends to.
func (p *Platform) URL() string { return p.server.URL }

// Serve names the addresses of the replicas.
func (p *Platform) Serve(hooks []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hooks = hooks
}

// arrived is how many messages came in so far.
func (p *Platform) arrived() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.arrivals)
}

// Calm ends the platform's own faults.
func (p *Platform) Calm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faulty = false
}

// receive takes a message the program sends. Now and then it refuses for a
// moment, or takes it and fails to say so.
func (p *Platform) receive(w http.ResponseWriter, r *http.Request) {
	var a arrival
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if p.dice() < throttledOf {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	a.At, a.Unclear = time.Now(), p.dice() < unclearOf
	id := p.arrive(a)
	if a.Unclear {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	fmt.Fprintf(w, `{"message_id":%q}`, id)
}

// dice throws a die for a fault of the platform's own; a calm one has none.
func (p *Platform) dice() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.faulty {
		return diceSides
	}
	return rand.IntN(diceSides) //nolint:gosec // a fault, not a secret
}

// arrive notes what came and returns the id of the message.
func (p *Platform) arrive(a arrival) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	a.ID = cmp.Or(a.ID, fmt.Sprintf("m%d", len(p.arrivals)+1))
	p.arrivals = append(p.arrivals, a)
	return a.ID
}

// inbox returns what arrived in a chat since the first from of all, and how many
// there are by now.
func (p *Platform) inbox(chat string, from int) (got []arrival, all int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.arrivals[from:] {
		if a.Chat == chat {
			got = append(got, a)
		}
	}
	return got, len(p.arrivals)
}

// Wait waits for d and reports true, or false once ctx ends.
func Wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
