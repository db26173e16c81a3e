package escalation_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/standin"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
)

// newChannels brings everybody of parties to their platforms, and runs the channels.
func newChannels(t *testing.T) *channels {
	c := &channels{
		clock: standin.NewClock(time.Date(2026, 11, 23, 8, 0, 0, 0, zone())),
		chats: parties(), taken: make(chan bot.Message, 16), got: map[string]int{},
	}
	tg, oa := newTelegram(t, c), newZalo(t, c)
	for _, name := range slices.Sorted(maps.Keys(c.chats)) {
		chat := c.chats[name]
		switch chat.Channel {
		case "telegram":
			chat.Chat = tg.join(name, chat.Chat)
		case "zalo-oa":
			chat.Chat = oa.join(t, name)
			<-c.taken // that they follow the account: without, it may not write to them
		}
		c.chats[name] = chat
	}
	c.faces = map[string]face{"telegram": tg, "zalo-oa": oa}
	return c
}

// Handle implements the intake of both channels.
func (c *channels) Handle(_ context.Context, m bot.Message) error {
	c.taken <- m
	return nil
}

// running runs a channel until the test ends, and then closes what it stands on.
func running(t *testing.T, run func(context.Context) error, closing ...func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var all sync.WaitGroup
	all.Go(func() { _ = run(ctx) })
	t.Cleanup(func() {
		cancel()
		all.Wait()
		for _, f := range closing {
			f()
		}
	})
}

// onTelegram is Telegram with its people and rooms.
type onTelegram struct {
	*telegram.Channel
	fake   *tgfake.Server
	people map[string]*tgfake.Person
	rooms  map[string]*tgfake.Room
}

func newTelegram(t *testing.T, c *channels) *onTelegram {
	const token, secret = "123456:TEST", "webhook-secret-of-the-test"
	x := &onTelegram{fake: tgfake.New(tgfake.Options{Token: token, Clock: c.clock}), people: map[string]*tgfake.Person{}, rooms: map[string]*tgfake.Room{}}
	api := httptest.NewServer(x.fake)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { x.ServeHTTP(w, r) }))
	client := &http.Client{Transport: &http.Transport{}}
	var ours sync.Map
	for _, name := range slices.Sorted(maps.Keys(c.chats)) { // everybody may be in a room, also who writes elsewhere
		if chat := c.chats[name]; chat.Channel == "telegram" && strings.HasPrefix(chat.Chat, "-") {
			x.rooms[name] = x.fake.Room(name)
			ours.Store(x.rooms[name].Number(), true)
			continue
		}
		x.people[name] = x.fake.Person(name)
	}
	var err error
	x.Channel, err = telegram.New(telegram.Config{
		Token: token, API: api.URL, Mode: telegram.Webhook, URL: hook.URL + "/hooks/telegram", Secret: secret, Intake: c, Media: album{},
		Rooms: func(chat int64) bool { _, ok := ours.Load(chat); return ok }, Now: c.clock.Now, Client: client,
	})
	if err != nil {
		t.Fatal(err)
	}
	running(t, x.Run, x.fake.Close, hook.Close, api.Close, client.CloseIdleConnections)
	return x
}

// album holds a picture under every key.
type album struct{}

const jpegStart = "\xff\xd8\xff\xe0 a picture"

// Open implements telegram.Media.
func (album) Open(context.Context, string) (io.ReadCloser, telegram.Info, error) {
	return io.NopCloser(strings.NewReader(jpegStart)), telegram.Info{Name: "hinh.jpg", Type: "image/jpeg", Size: int64(len(jpegStart))}, nil
}

// join returns the chat of somebody, or of a room, or of a topic in it.
func (x *onTelegram) join(name, planned string) string {
	room := x.rooms[name]
	switch {
	case room == nil:
		return x.people[name].ID()
	case strings.Contains(planned, "/"):
		return room.ID() + "/" + strconv.Itoa(room.Topic())
	}
	return room.ID()
}

// does implements face. What carried a button is found on the screen.
func (x *onTelegram) does(p *parley, who string, m bot.Message) (bot.Message, string) {
	chat, sender, _ := strings.Cut(who, "/")
	person, room := x.people[sender], x.rooms[chat]
	if room == nil {
		person = x.people[chat]
	} else {
		m.Sender = person.ID()
	}
	to, _ := strconv.Atoi(m.ReplyTo)
	switch {
	case m.Kind == bot.KindPress:
		m.Text = x.label(chat, m)
		if room != nil {
			room.PressData(person, to, m.Payload)
		} else {
			person.PressData(to, m.Payload)
		}
	case m.Kind == bot.KindOpen:
		m.Text = ""
		person.Type("/start")
	case room != nil && len(m.Attachments) > 0:
		room.Photo(person, to, m.Text)
	case room != nil && to != 0:
		room.Reply(person, to, m.Text)
	case room != nil:
		_, topic, _ := strings.Cut(m.Chat.Chat, "/")
		thread, _ := strconv.Atoi(topic)
		room.Type(person, thread, m.Text)
	case len(m.Attachments) > 0:
		return m, x.sends(person, m)
	case to != 0:
		person.Reply(to, m.Text)
	default:
		person.Type(m.Text)
	}
	return m, ""
}

func (*onTelegram) sends(person *tgfake.Person, m bot.Message) string {
	switch a := m.Attachments[0]; {
	case a.Kind == bot.AttachPhoto && m.ReplyTo == "":
		person.Photo(m.Text)
	case m.Text+m.ReplyTo != "":
		return "nobody can send that here"
	case a.Kind == bot.AttachVoice:
		person.Voice()
	case a.Kind == bot.AttachVideo:
		person.Video()
	case a.Kind == bot.AttachFile:
		person.Document("don.pdf")
	case a.Kind == bot.AttachLocation:
		person.Location(a.Latitude, a.Longitude)
	default:
		return "nobody can send that here"
	}
	return ""
}

// label is what stands on the button that is pressed, "" if it stands there no
// more: somebody pressed it while the card was being changed.
func (x *onTelegram) label(chat string, m bot.Message) string {
	for _, s := range x.screen(chat) {
		i := slices.IndexFunc(s.buttons, func(b bot.Button) bool { return b.Payload == m.Payload })
		if s.id == m.ReplyTo && i >= 0 {
			return s.buttons[i].Label
		}
	}
	return ""
}

// done implements face: a choice that is no card is marked.
func (x *onTelegram) done(p *parley, who string, m bot.Message) {
	card := slices.ContainsFunc(p.sent[m.Chat], func(s sent) bool { return s.id == m.ReplyTo && s.reply.Card != "" })
	if m.Kind != bot.KindPress || m.Room || card {
		return
	}
	deadline := time.Now().Add(patience)
	for x.label(who, m) != "" {
		if time.Now().After(deadline) {
			p.t.Fatal("a choice is never marked")
		}
		time.Sleep(time.Millisecond)
	}
}

// screen implements face.
func (x *onTelegram) screen(who string) []seen {
	var all []tgfake.Message
	if room := x.rooms[who]; room != nil {
		all = room.Screen()
	} else {
		all = x.people[who].Screen()
	}
	var out []seen
	for _, m := range all {
		if m.From == nil || !m.From.IsBot {
			continue
		}
		s := seen{id: strconv.Itoa(m.ID), text: m.Text + m.Caption}
		if m.Keyboard != nil {
			for _, b := range slices.Concat(m.Keyboard.Rows...) {
				s.buttons = append(s.buttons, bot.Button{Label: b.Text, Payload: b.Data})
			}
		}
		for kind, there := range map[bot.AttachmentKind]bool{
			bot.AttachPhoto: m.Photo != nil, bot.AttachVoice: m.Voice != nil, bot.AttachVideo: m.Video != nil,
			bot.AttachFile: m.Document != nil, bot.AttachLocation: m.Location != nil,
		} {
			if there {
				s.things = append(s.things, string(kind))
			}
		}
		out = append(out, s)
	}
	return out
}

// lacks implements face.
func (*onTelegram) lacks(r bot.Reply, last seen, things []string) string {
	if !slices.Equal(r.Buttons, last.buttons) {
		return fmt.Sprintf("can press %v", last.buttons)
	}
	return otherThings(r, things)
}

func otherThings(r bot.Reply, things []string) string {
	var want []string
	for _, a := range r.Attachments {
		want = append(want, string(a.Kind))
	}
	if !slices.Equal(want, things) {
		return fmt.Sprintf("sees %v beside it, want %v", things, want)
	}
	return ""
}

// lets implements face.
func (x *onTelegram) lets(who, what string) string {
	switch what {
	case "dead":
		x.people[who].Block()
	case "open":
		x.people[who].Unblock()
	default:
		return "Telegram has no such state"
	}
	return ""
}

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
