package escalation_test

import (
	"context"
	"fmt"
	"io"
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
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

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
func (x *onTelegram) does(_ *parley, who string, m bot.Message) (bot.Message, string) {
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
