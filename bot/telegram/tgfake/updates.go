package tgfake

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// updates are what waits for the bot, and who waits for them.
type updates struct {
	next    int
	waiting []*update
	allowed []string // kept from call to call; nil for the default
	poller  chan struct{}
	changed chan struct{} // closed and made anew when something was added
	latest  *update       // the last one handed out
	hasty   bool          // polls end at once
}

type update struct {
	id      int
	kind    string
	queue   string // updates of one queue go out one at a time by webhook
	body    []byte
	expires time.Time

	forced bool // handed out whatever the offset, once

	// By webhook:
	due   time.Time
	tries int
	busy  bool
}

func (u *updates) init() {
	u.next = 900_000_000
	u.changed = make(chan struct{})
}

// lifetimes by kind; messages of all kinds stay a day.
func lifetime(kind string) time.Duration {
	if kind == "callback_query" {
		return tapLife
	}
	return 24 * time.Hour
}

// add queues an update unless the bot does not want its kind. The caller holds mu.
func (s *Server) add(kind, queue string, content any) {
	u := &s.updates
	if !u.wants(kind) {
		return
	}
	body := u.number(kind, content)
	now := s.clock.Now()
	u.waiting = append(u.waiting, &update{id: u.next, kind: kind, queue: queue, body: body, expires: now.Add(lifetime(kind)), due: now})
	u.wake()
}

// number makes an update and gives it its number.
func (u *updates) number(kind string, content any) []byte {
	u.next++
	body, err := json.Marshal(map[string]any{"update_id": u.next, kind: content})
	if err != nil {
		panic(err) // what people do is made here
	}
	return body
}

func (u *updates) wants(kind string) bool {
	if len(u.allowed) == 0 {
		return kind != "chat_member" && kind != "message_reaction" && kind != "message_reaction_count"
	}
	return slices.Contains(u.allowed, kind) || kind == Unheard
}

// Unheard is a kind of update that comes whatever the bot asked for; see [Server.Inject].
const Unheard = "unheard_of"

func (u *updates) wake() {
	close(u.changed)
	u.changed = make(chan struct{})
}

// Inject queues an update of any kind and content.
func (s *Server) Inject(kind string, content any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(kind, "injected", content)
}

// Waiting returns how many updates the bot has not confirmed.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	return len(s.updates.waiting)
}

func (s *Server) expire() {
	now := s.clock.Now()
	s.updates.waiting = slices.DeleteFunc(s.updates.waiting, func(u *update) bool { return !u.busy && now.After(u.expires) })
}

// Redeliver queues what was handed out last once more, under its old id.
func (s *Server) Redeliver() {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &s.updates
	if u.latest == nil || slices.Contains(u.waiting, u.latest) {
		return
	}
	again := *u.latest
	again.due, again.tries, again.busy, again.forced = s.clock.Now(), 0, false, true
	u.waiting = slices.Insert(u.waiting, 0, &again)
	u.wake()
}

// setAllowed keeps a list of kinds if one is given.
func (s *Server) setAllowed(p params) error {
	var kinds []string
	given, err := p.object("allowed_updates", &kinds)
	if err == nil && given {
		s.updates.allowed = kinds
	}
	return err
}

func conflict(what string) *refusal { return refuse(http.StatusConflict, "Conflict: "+what) }

const (
	hookActive  = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
	otherPoller = "terminated by other getUpdates request; make sure that only one bot instance is running"
)

func (s *Server) getUpdates(ctx context.Context, p params) (any, error) {
	offset, err := p.number("offset")
	if err != nil {
		return nil, err
	}
	limit, err := p.number("limit")
	if err != nil {
		return nil, err
	}
	timeout, err := p.number("timeout")
	if err != nil {
		return nil, err
	}
	if limit < 1 || limit > 100 {
		limit = 100
	}
	me, hasty, err := s.becomePoller(p, offset)
	if err != nil {
		return nil, err
	}
	if hasty {
		timeout = 0
	}
	over := s.clock.After(time.Duration(min(timeout, 50)) * time.Second)
	for {
		batch, changed := s.batch(offset, int(limit))
		if len(batch) > 0 || timeout <= 0 {
			return batch, nil
		}
		select {
		case <-ctx.Done():
			return nil, refuse(http.StatusGatewayTimeout, "gone")
		case <-s.ctx.Done():
			return nil, refuse(http.StatusBadGateway, "Bad Gateway")
		case <-me:
			return nil, conflict(otherPoller)
		case <-over:
			return batch, nil
		case <-changed:
		}
	}
}

// becomePoller ends an older poll and confirms what the offset passes.
func (s *Server) becomePoller(p params, offset int64) (me chan struct{}, hasty bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook.url != "" {
		return nil, false, conflict(hookActive)
	}
	if err := s.setAllowed(p); err != nil {
		return nil, false, err
	}
	u := &s.updates
	if u.poller != nil {
		close(u.poller)
	}
	u.poller = make(chan struct{})
	if offset < 0 {
		u.waiting = u.waiting[max(0, len(u.waiting)+int(offset)):]
	}
	u.waiting = slices.DeleteFunc(u.waiting, func(w *update) bool { return int64(w.id) < offset && !w.forced })
	return u.poller, u.hasty, nil
}

func (s *Server) batch(offset int64, limit int) ([]json.RawMessage, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	u := &s.updates
	out := []json.RawMessage{}
	for _, w := range u.waiting {
		if (int64(w.id) >= offset || w.forced) && len(out) < limit {
			out = append(out, w.body)
			u.latest, w.forced = w, false
		}
	}
	return out, u.changed
}

// Offset is where the bot stands: what is below is confirmed. For tests of a poller.
func (s *Server) Offset() string {
	calls := s.Calls("getUpdates")
	if len(calls) == 0 {
		return ""
	}
	return calls[len(calls)-1].Params["offset"]
}

// LastUpdate is the id of the update queued last.
func (s *Server) LastUpdate() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strconv.Itoa(s.updates.next)
}

// DropWaiting confirms all that waits, as another program with the same token would.
func (s *Server) DropWaiting() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates.waiting = nil
}

// AnswerAtOnce makes polls end at once also when there is nothing, as some
// other servers of this protocol do.
func (s *Server) AnswerAtOnce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates.hasty = true
}
