package zbfake

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// updates are what waits for the bot, and who waits for them.
type updates struct {
	waiting []*update
	polls   []*poll       // oldest first
	changed chan struct{} // closed and made anew when something was added or done
	latest  *update       // the last one that arrived
	lost    int           // handed out in vain
}

type update struct {
	chat string
	body []byte

	// By webhook:
	due   time.Time
	tries int
	busy  bool
}

// poll is one getUpdates that waits. The platform does not see that its caller
// has hung up: what comes then is handed out all the same, and lost.
type poll struct{ c chan *update }

// add queues an event. The caller holds mu.
func (s *Server) add(chat string, event any) {
	body, err := json.Marshal(event)
	if err != nil {
		panic(err) // what people do is made here
	}
	s.queue.waiting = append(s.queue.waiting, &update{chat: chat, body: body, due: s.clock.Now()})
	s.wake()
}

// wake hands out what can be and lets everybody look. The caller holds mu.
func (s *Server) wake() {
	q := &s.queue
	for s.hook.url == "" && len(q.waiting) > 0 && len(q.polls) > 0 {
		q.polls[0].c <- q.waiting[0]
		q.waiting, q.polls = q.waiting[1:], q.polls[1:]
	}
	close(q.changed)
	q.changed = make(chan struct{})
}

// Inject queues an event of any kind and content.
func (s *Server) Inject(event any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add("injected", event)
}

// Waiting returns how many events have not been handed out and answered.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue.waiting)
}

// Polling returns how many polls wait, of callers that are there or not.
func (s *Server) Polling() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue.polls)
}

// Lost returns how many events were handed out in vain: to a poll that had
// been given up, or to a webhook that did not answer 200.
func (s *Server) Lost() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.lost
}

// Redeliver brings what arrived last once more.
func (s *Server) Redeliver() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queue.latest == nil {
		return
	}
	again := &update{chat: s.queue.latest.chat, body: s.queue.latest.body, due: s.clock.Now()}
	s.queue.waiting = slices.Insert(s.queue.waiting, 0, again)
	s.wake()
}

// getUpdates hands out one update, or ends as timed out.
func (s *Server) getUpdates(r *http.Request, p params) (any, error) {
	seconds := 30
	if given := p["timeout"]; given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 0 {
			return nil, invalid("timeout must be a number")
		}
		seconds = n
	}
	mine := &poll{c: make(chan *update, 1)}
	s.mu.Lock()
	if s.hook.url != "" {
		s.mu.Unlock()
		return nil, refuse(http.StatusConflict, "Conflict: webhook is active")
	}
	s.queue.polls = append(s.queue.polls, mine)
	s.wake()
	s.mu.Unlock()
	var got *update
	select {
	case got = <-mine.c:
	case <-s.clock.After(time.Duration(seconds) * time.Second):
	case <-s.ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.polls = slices.DeleteFunc(s.queue.polls, func(p *poll) bool { return p == mine })
	if got == nil {
		select {
		case got = <-mine.c: // at the last moment
		default:
			return nil, refuse(http.StatusRequestTimeout, "Request timeout")
		}
	}
	if r.Context().Err() != nil {
		s.queue.lost++
		return nil, refuse(http.StatusRequestTimeout, "gone")
	}
	s.queue.latest = got
	return json.RawMessage(got.body), nil
}

// deliverWebhooks brings what is due to the webhook until Close.
func (s *Server) deliverWebhooks() {
	for {
		wait, changed := s.deliverDue()
		select {
		case <-s.ctx.Done():
			return
		case <-changed:
		case <-s.clock.After(wait):
		}
	}
}

// deliverDue starts every delivery that may go now, one for each chat, and
// returns when to look again.
func (s *Server) deliverDue() (time.Duration, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, wait := s.clock.Now(), time.Hour
	if s.hook.url == "" {
		return wait, s.queue.changed
	}
	seen := map[string]bool{}
	for _, u := range s.queue.waiting {
		if seen[u.chat] {
			continue
		}
		seen[u.chat] = true
		switch {
		case u.busy:
		case u.due.After(now):
			wait = min(wait, u.due.Sub(now))
		default:
			u.busy = true
			hook := s.hook
			s.tasks.Go(func() { s.deliver(u, hook) })
		}
	}
	return wait, s.queue.changed
}

func (s *Server) deliver(u *update, hook webhook) {
	status, err := s.post(s.ctx, hook, hook.secret, s.wrap(u.body))
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.wake()
	u.busy = false
	s.queue.latest = u
	if err == nil && status == http.StatusOK {
		s.drop(u)
		return
	}
	if u.tries >= s.o.Retries {
		s.queue.lost++
		s.drop(u)
		return
	}
	u.tries++
	u.due = s.clock.Now().Add(5 * time.Second)
}

func (s *Server) drop(u *update) {
	s.queue.waiting = slices.DeleteFunc(s.queue.waiting, func(o *update) bool { return o == u })
}

// wrap puts an event into its envelope, if it comes in one.
func (s *Server) wrap(event []byte) []byte {
	if s.o.Form.Bare {
		return event
	}
	return slices.Concat([]byte(`{"ok":true,"result":`), event, []byte("}"))
}

// post brings one body, and returns what the answer was.
func (s *Server) post(ctx context.Context, hook webhook, secret string, body []byte) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("User-Agent", "Java/21.0.4")
	if !s.o.Form.Untyped {
		r.Header.Set("Content-Type", "application/json")
	}
	if secret != "" {
		r.Header.Set("X-Bot-Api-Secret-Token", secret)
	}
	res, err := s.o.Client.Do(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// Deliver brings a body to the webhook outside all queues, with a secret of
// the caller's, and returns the status it was answered with.
func (s *Server) Deliver(ctx context.Context, secret string, body []byte) (int, error) {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	return s.post(ctx, hook, secret, body)
}
