package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// talker is one chat that writes.
type talker struct {
	name string                 // in the ids of its messages
	path string                 // of the webhook
	body func(id string) []byte // makes an update
	// retry is how long the platform waits after a try that failed, the first
	// being 1, and false when it gives up. asked is what the program asked for.
	retry func(try int, asked time.Duration) (time.Duration, bool)
}

// talker returns the chat of that number: on a platform of our own, every
// second one is on an account that gives up.
func (p *Platform) talker(i int) talker {
	name := fmt.Sprintf("chat-%d", i)
	if p.telegram != nil {
		_, update := p.telegram.Person()
		return talker{name: name, path: telegramPath, body: update, retry: likeTelegram}
	}
	t := talker{name: name, path: patientPath, retry: patiently, body: func(id string) []byte {
		return encode(update{Chat: name, ID: id})
	}}
	if i%2 == 1 {
		t.path, t.retry = impatientPath, impatiently
	}
	return t
}

func patiently(try int, _ time.Duration) (time.Duration, bool) {
	return min(redeliverFirst<<min(try, 6), redeliverMax), true
}

func impatiently(try int, asked time.Duration) (time.Duration, bool) {
	wait, _ := patiently(try, asked)
	return wait, try < impatientTries
}

func likeTelegram(try int, asked time.Duration) (time.Duration, bool) {
	switch {
	case asked > 0:
		return asked, true
	case try == 1:
		return 0, true
	}
	return min(telegramFirst<<min(try-2, 6), telegramMax), true
}

// talk lets a chat send messages until enough is closed, one after the other:
// none goes out before the one before it was taken or given up. Message n is
// due at due(n), and what could not go out in time follows at once. Some are
// delivered once more after they were taken.
func (p *Platform) talk(ctx context.Context, enough <-chan struct{}, t talker, due func(n int) time.Time) {
	for n := 0; ; n++ {
		timer := time.NewTimer(time.Until(due(n)))
		select {
		case <-enough:
			timer.Stop()
			return
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		id := t.name + "." + strconv.Itoa(n)
		body := t.body(id)
		p.deliver(ctx, t, id, body)
		if rand.IntN(20) == 0 { //nolint:gosec // a fault, not a secret
			p.push(ctx, t.path, body)
		}
	}
}

// deliver brings a message until it is taken or given up, and reports which.
func (p *Platform) deliver(ctx context.Context, t talker, id string, body []byte) bool {
	p.mu.Lock()
	p.offered[id] = true
	p.mu.Unlock()
	for try := 1; ctx.Err() == nil; try++ {
		taken, asked := p.push(ctx, t.path, body)
		if taken {
			p.mu.Lock()
			p.accepted[id] = true
			p.mu.Unlock()
			return true
		}
		wait, more := t.retry(try, asked)
		if !more {
			return false
		}
		Wait(ctx, wait)
	}
	return false
}

// push delivers an update once to any replica, and reports whether it was taken
// or else how long the replica asked to be left alone.
func (p *Platform) push(ctx context.Context, path string, body []byte) (taken bool, asked time.Duration) {
	p.mu.Lock()
	hook := p.hooks[rand.IntN(len(p.hooks))] //nolint:gosec // as above
	p.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, hook+path, bytes.NewReader(body))
	if err != nil {
		panic(err) // an address of our own
	}
	r.Header.Set("Content-Type", "application/json")
	if p.telegram != nil {
		r.Header.Set(telegramSecret, p.telegram.Account.Secret)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		if timeout, ok := errors.AsType[net.Error](err); ctx.Err() == nil && (!ok || !timeout.Timeout()) {
			p.refuse(hook, err.Error())
		}
		return false, 0
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body) // so that the connection is used again
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return resp.StatusCode == http.StatusOK, time.Duration(seconds) * time.Second
}

// refuse notes a call that nobody took, or whose connection broke. One that was
// answered with «later» or too late is not among them: a slow machine has those.
func (p *Platform) refuse(hook, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = append(p.refused, refused{time.Now(), hook, why})
}

func encode(u update) []byte {
	body, err := json.Marshal(u)
	if err != nil {
		panic(err) // only strings
	}
	return body
}
