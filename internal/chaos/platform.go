package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// The platform gives up waiting for a webhook and sends it again; real ones
// wait longer, which would only make the run longer.
const (
	hookTimeout    = 5 * time.Second
	redeliverFirst = 100 * time.Millisecond
	redeliverMax   = 2 * time.Second
	// impatientTries is how often a platform that gives up tries.
	impatientTries = 5
)

// update is one message of a person, on its way to the program.
type update struct {
	Chat string `json:"chat"`
	ID   string `json:"id"`
}

// arrival is one message the program sent, as the platform got it.
type arrival struct {
	Chat    string    `json:"chat"`
	Text    string    `json:"text"`
	At      time.Time `json:"-"`
	By      string    `json:"by"` // the replica that sent it
	Unclear bool      `json:"-"`  // taken, but the sender was not told so
}

// Platform stands for a messaging platform. It is safe for concurrent use.
type Platform struct {
	server *httptest.Server
	client *http.Client

	mu       sync.Mutex
	hooks    []string // where updates go, chosen at random
	accepted map[string]bool
	offered  map[string]bool
	arrivals []arrival
	faulty   bool // answers of our own that a sender must bear
}

// NewPlatform starts a platform; Close ends it.
func NewPlatform() *Platform {
	p := &Platform{
		client:   &http.Client{Timeout: hookTimeout},
		accepted: map[string]bool{}, offered: map[string]bool{}, faulty: true,
	}
	p.server = httptest.NewServer(http.HandlerFunc(p.receive))
	return p
}

// Close ends the platform.
func (p *Platform) Close() { p.server.Close() }

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
	a.At = time.Now()
	p.mu.Lock()
	dice := 100
	if p.faulty {
		dice = rand.IntN(200) //nolint:gosec // a fault, not a secret
	}
	switch dice {
	case 0, 1: // too fast
		p.mu.Unlock()
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case 2: // taken, and an answer that does not say so
		a.Unclear = true
	}
	p.arrivals = append(p.arrivals, a)
	id := len(p.arrivals)
	p.mu.Unlock()
	if a.Unclear {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	fmt.Fprintf(w, `{"message_id":"m%d"}`, id)
}

// Talk lets a chat send messages, one after the other, until enough is closed. A
// patient platform repeats each until it is taken, as Telegram does; an
// impatient one gives up after some tries and goes on, as Zalo does. Some are
// delivered once more after they were taken.
func (p *Platform) Talk(ctx context.Context, enough <-chan struct{}, path, chat string, patient bool, pause time.Duration) {
	for n := 0; ; n++ {
		select {
		case <-enough:
			return
		default:
		}
		u := update{Chat: chat, ID: fmt.Sprintf("%s.%d", chat, n)}
		p.deliver(ctx, path, u, patient)
		if rand.IntN(20) == 0 { //nolint:gosec // as above
			p.push(ctx, path, u)
		}
		if !Wait(ctx, pause/2+rand.N(pause)) { //nolint:gosec // as above
			return
		}
	}
}

func (p *Platform) deliver(ctx context.Context, path string, u update, patient bool) {
	p.mu.Lock()
	p.offered[u.ID] = true
	p.mu.Unlock()
	for try := 1; ctx.Err() == nil; try++ {
		if p.push(ctx, path, u) {
			p.mu.Lock()
			p.accepted[u.ID] = true
			p.mu.Unlock()
			return
		}
		if !patient && try == impatientTries {
			return
		}
		Wait(ctx, min(redeliverFirst<<min(try, 6), redeliverMax))
	}
}

// push delivers an update once and reports whether it was taken.
func (p *Platform) push(ctx context.Context, path string, u update) bool {
	body, err := json.Marshal(u)
	if err != nil {
		panic(err) // two strings
	}
	p.mu.Lock()
	hook := p.hooks[rand.IntN(len(p.hooks))] //nolint:gosec // as above
	p.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, hook+path, bytes.NewReader(body))
	if err != nil {
		panic(err) // an address of our own
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode == http.StatusOK
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
