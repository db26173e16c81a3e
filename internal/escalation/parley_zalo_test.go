package escalation_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

// onZalo is Zalo with the people who write to an official account.
type onZalo struct {
	*zalooa.Channel
	fake   *oafake.Server
	people map[string]*oafake.Person
}

func newZalo(t *testing.T, c *channels) *onZalo {
	client := &http.Client{Timeout: patience, Transport: &http.Transport{}}
	x := &onZalo{fake: oafake.New(oafake.Options{Clock: c.clock, Client: client}), people: map[string]*oafake.Person{}}
	api := httptest.NewServer(x.fake)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { x.ServeHTTP(w, r) }))
	x.fake.SetWebhook(hook.URL + "/hooks/zalo-oa")
	o := x.fake.Options()
	access, refresh := x.fake.Tokens()
	own := &http.Client{Timeout: patience, Transport: &http.Transport{}}
	var err error
	x.Channel, err = zalooa.New(zalooa.Config{
		Intake: c, Tokens: &oneVault{}, Logger: slog.New(slog.DiscardHandler), AppID: o.AppID, AppSecret: o.AppSecret, OASecret: o.OASecret,
		AccessToken: access, RefreshToken: refresh, API: api.URL, OAuth: api.URL, Media: frames{}, Now: c.clock.Now, Client: own,
		BodyTime: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	running(t, x.Run, x.fake.Close, hook.Close, api.Close, own.CloseIdleConnections, func() {
		if complaints := x.fake.Complaints(); complaints != nil {
			t.Errorf("Zalo complains: %v", complaints)
		}
	})
	return x
}

// oneVault keeps the account's tokens for one who need not take turns.
type oneVault struct {
	mu   sync.Mutex
	pair zalooa.Pair
}

// Load implements zalooa.Vault.
func (v *oneVault) Load(context.Context) (zalooa.Pair, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.pair, nil
}

// Swap implements zalooa.Vault.
func (v *oneVault) Swap(_ context.Context, old, next zalooa.Pair) (bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.pair.Same(old) {
		return false, nil
	}
	v.pair = next
	return true, nil
}

// Lock implements zalooa.Tokens.
func (*oneVault) Lock(context.Context, time.Duration) (func(), bool, error) {
	return func() {}, true, nil
}

// frames holds a picture under every key.
type frames struct{}

// Open implements zalooa.Media.
func (frames) Open(context.Context, string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader([]byte(jpegStart))), nil
}

func (x *onZalo) join(t *testing.T, name string) string {
	p := x.fake.Person()
	x.people[name] = p
	if err := p.Follow(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// does implements face. A press there is a message like any other: it says
// neither what stood on the button nor under what it stood.
func (x *onZalo) does(p *parley, who string, m bot.Message) (bot.Message, string) {
	person, ctx := x.people[who], p.t.Context()
	var err error
	switch {
	case m.Kind == bot.KindPress:
		return x.chooses(ctx, person, m)
	case m.Kind == bot.KindOpen:
		m.Text = ""
		err = person.Follow(ctx, true)
	case len(m.Attachments) > 0:
		kind := map[bot.AttachmentKind]string{bot.AttachPhoto: "image", bot.AttachVoice: "audio", bot.AttachOther: "unheard"}[m.Attachments[0].Kind]
		if kind == "" {
			kind = string(m.Attachments[0].Kind)
		}
		m.ReplyTo = "" // only a text answers something here
		err = person.Send(ctx, kind, m.Text, map[string]any{"url": "https://photo.zdn.vn/a"})
	case m.ReplyTo != "":
		err = person.Reply(ctx, m.ReplyTo, m.Text)
	default:
		err = person.Type(ctx, m.Text)
	}
	if err != nil {
		return m, err.Error()
	}
	return m, ""
}

// chooses presses a button of the last message, or types the number that stands
// before a choice there, or presses what still stands further up.
func (x *onZalo) chooses(ctx context.Context, person *oafake.Person, m bot.Message) (bot.Message, string) {
	label := m.Text
	m.Text, m.ReplyTo = "", ""
	last := person.Seen()[len(person.Seen())-1]
	var err error
	switch number := numberOf(last.Text, label); {
	case slices.ContainsFunc(last.Buttons, func(b oafake.Button) bool { return b.Title == label }):
		err = person.Press(ctx, label)
	case number != "":
		m.Kind, m.Text, m.Payload = bot.KindText, number, ""
		err = person.Type(ctx, number)
	default:
		for _, above := range slices.Backward(person.Seen()) {
			for _, b := range above.Buttons {
				if b.Title == label && b.Payload == "#"+m.Payload {
					if err := person.Type(ctx, b.Payload); err != nil {
						return m, err.Error()
					}
					return m, ""
				}
			}
		}
		return m, "there is no such button to press, and no number to type"
	}
	if err != nil {
		return m, err.Error()
	}
	return m, ""
}

// numberOf is the number that stands before a choice, "" if it is not on the list.
func numberOf(text, label string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if number, choice, ok := strings.Cut(line, ". "); ok && choice == label {
			return number
		}
	}
	return ""
}

// done implements face.
func (*onZalo) done(*parley, string, bot.Message) {}

// screen implements face.
func (x *onZalo) screen(who string) []seen {
	var out []seen
	for _, m := range x.people[who].Seen() {
		s := seen{id: m.ID, text: m.Text}
		for _, b := range m.Buttons {
			s.buttons = append(s.buttons, bot.Button{Label: b.Title, Payload: strings.TrimPrefix(b.Payload, "#")})
		}
		if m.Image != "" {
			s.things = append(s.things, "photo")
		}
		if m.File != "" {
			s.things = append(s.things, "file")
		}
		out = append(out, s)
	}
	return out
}

// lacks implements face.
func (*onZalo) lacks(r bot.Reply, last seen, things []string) string {
	if len(last.buttons) > 0 || len(r.Buttons) == 0 {
		if !slices.Equal(r.Buttons, last.buttons) {
			return fmt.Sprintf("can press %v", last.buttons)
		}
		return otherThings(r, things)
	}
	for i, number := range bot.Numbers(r.Buttons) {
		if numberOf(last.text, r.Buttons[i].Label) != number {
			return "cannot choose " + r.Buttons[i].Label + " by " + number
		}
	}
	return otherThings(r, things)
}

// lets implements face.
func (x *onZalo) lets(who, what string) string {
	code, known := map[string]int{"closed": -230, "dead": -217, "open": 0}[what]
	if !known {
		return "Zalo has no such state"
	}
	x.people[who].Refuse(code, "refused")
	return ""
}
