package staff_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/staff"
)

// inside is what lies behind a front.
type inside struct {
	took  []bot.Message
	fails error
}

func (i *inside) Handle(_ context.Context, m bot.Message) error {
	i.took = append(i.took, m)
	return i.fails
}

// last returns what was handed over last, and how many have been.
func (i *inside) last() (bot.Message, int) {
	if len(i.took) == 0 {
		return bot.Message{}, 0
	}
	return i.took[len(i.took)-1], len(i.took)
}

func text(chat bot.ChatID, id, words string) bot.Message {
	return bot.Message{Chat: chat, Sender: chat.Chat, ID: id, At: noon, Kind: bot.KindText, Text: words}
}

func TestFrontRedeems(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(m *bot.Message, code string){
		"pasted":            func(m *bot.Message, code string) { m.Text = code },
		"without dashes":    func(m *bot.Message, code string) { m.Text = " " + strings.ReplaceAll(code, "-", "") },
		"typed as command":  func(m *bot.Message, code string) { m.Text = "/start " + code },
		"followed the link": func(m *bot.Message, code string) { *m = press(t, *m, code) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := onBolt(t)
			behind := &inside{fails: errAway}
			front := staff.NewFront(b.two, behind)
			m := text(phone, "1", "")
			write(&m, invite(t, b.one, "hoa"))
			if err := front.Handle(t.Context(), m); !errors.Is(err, errAway) {
				t.Fatalf("Handle = %v, want what is behind to decide", err)
			}
			behind.fails = nil
			for range 2 { // it comes again, and is the same
				if err := front.Handle(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			for _, got := range behind.took {
				if got.Joined != "hoa" || got.ID != "1" || got.Chat != phone || strings.Contains(got.Payload, "-") {
					t.Errorf("handed over as %q with %q", got.Joined, got.Payload)
				}
			}
			if _, n := behind.last(); n != 3 {
				t.Errorf("handed over %d times", n)
			}
			belongs(t, b.two.Snapshot(), phone, "hoa")
		})
	}
}

// press is m as a channel makes it of a link's payload.
func press(t *testing.T, m bot.Message, code string) bot.Message {
	payload, known := staff.StartPayload(code)
	if !known {
		t.Error("the payload of a link is not known")
	}
	m.Kind, m.Text, m.Payload = bot.KindPress, "", payload
	return m
}

func TestFrontPassesOnWhatIsNoInvitation(t *testing.T) {
	t.Parallel()
	wrong := strings.Repeat("0", 26)
	for name, c := range map[string]struct{ in, want bot.Message }{
		"a question":        {text(phone, "1", "hộ nghèo được gì"), text(phone, "1", "hộ nghèo được gì")},
		"a wrong code":      {text(phone, "1", wrong), text(phone, "1", wrong)},
		"a code in words":   {text(phone, "1", "mã là "+wrong), text(phone, "1", "mã là "+wrong)},
		"an empty command":  {text(phone, "1", "/start"), text(phone, "1", "/start")},
		"a wrong link":      {press(t, text(phone, "1", ""), wrong), bot.Message{Chat: phone, Sender: phone.Chat, ID: "1", At: noon, Kind: bot.KindOpen}},
		"a button":          {bot.Message{Chat: phone, ID: "1", Kind: bot.KindPress, Payload: "menu"}, bot.Message{Chat: phone, ID: "1", Kind: bot.KindPress, Payload: "menu"}},
		"a picture":         {bot.Message{Chat: phone, ID: "1", Kind: bot.KindOther}, bot.Message{Chat: phone, ID: "1", Kind: bot.KindOther}},
		"a pretended joint": {bot.Message{Chat: phone, ID: "1", Kind: bot.KindText, Text: "a", Joined: "lan"}, bot.Message{Chat: phone, ID: "1", Kind: bot.KindText, Text: "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := onBolt(t)
			behind := &inside{}
			if err := staff.NewFront(b.one, behind).Handle(t.Context(), c.in); err != nil {
				t.Fatal(err)
			}
			got, n := behind.last()
			if n != 1 || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
				t.Errorf("handed over %d times as %+v, want %+v", n, got, c.want)
			}
		})
	}
}

// After five wrong codes even the right one is but a text.
func TestFrontAfterFiveWrongCodes(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	behind := &inside{}
	front := staff.NewFront(b.one, behind)
	for i := range 6 {
		if err := front.Handle(t.Context(), text(phone, fmt.Sprint(i), strings.Repeat("0", 26))); err != nil {
			t.Fatal(err)
		}
	}
	code := invite(t, b.one, "hoa")
	if err := front.Handle(t.Context(), text(phone, "right", code)); err != nil {
		t.Fatal(err)
	}
	if got, n := behind.last(); n != 7 || got.Joined != "" || got.Text != code {
		t.Errorf("handed over %d times, joined %q", n, got.Joined)
	}
}

// A removal on one replica holds from the next press on every other one.
func TestFrontMakesSureOfOfficers(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, b *bench) {
		store := &shaky{safe: b.store}
		d := b.directory(store)
		joins(t, d, phone, invite(t, d, "hoa"), "hoa")
		behind := &inside{}
		front := staff.NewFront(d, behind)
		inRoom := bot.Message{Chat: room, Room: true, Sender: phone.Chat, ID: "1", Kind: bot.KindPress, Payload: "take"}
		for _, m := range []bot.Message{inRoom, text(phone, "2", "Dạ, được.")} {
			if err := front.Handle(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		store.set(true, false)
		untold := text(phone, "5", "việc")
		untold.Sender = ""
		for _, m := range []bot.Message{inRoom, text(lanPhone, "3", "việc"), untold} {
			if err := front.Handle(t.Context(), m); !errors.Is(err, errAway) {
				t.Errorf("without the store Handle = %v, want its error", err)
			}
		}
		if err := front.Handle(t.Context(), text(zalo, "4", "hộ nghèo")); err != nil {
			t.Errorf("without the store a resident gets %v", err)
		}
		if _, n := behind.last(); n != 3 {
			t.Errorf("%d messages were handed over, want 3", n)
		}
		store.set(false, false)
		if _, err := b.one.Remove(t.Context(), "hoa"); err != nil {
			t.Fatal(err)
		}
		belongs(t, d.Snapshot(), phone, "hoa") // not heard of it yet
		if err := front.Handle(t.Context(), inRoom); err != nil {
			t.Fatal(err)
		}
		belongs(t, d.Snapshot(), phone, "")
	})
}

// An invitation that the store cannot be asked about comes again.
func TestFrontWithoutTheStore(t *testing.T) {
	t.Parallel()
	b := onBolt(t)
	store := &shaky{safe: b.store}
	d, behind := b.directory(store), &inside{}
	code := invite(t, d, "hoa")
	store.set(true, false)
	err := staff.NewFront(d, behind).Handle(t.Context(), text(phone, "1", code))
	if _, n := behind.last(); !errors.Is(err, errAway) || n != 0 {
		t.Fatalf("Handle = %v, %d handed over", err, n)
	}
	quotesNothing(t, err.Error(), code)
	store.set(false, false)
	if err := staff.NewFront(d, behind).Handle(t.Context(), text(phone, "1", code)); err != nil {
		t.Fatal(err)
	}
	if got, _ := behind.last(); got.Joined != "hoa" {
		t.Errorf("joined %q", got.Joined)
	}
}

func FuzzStartPayload(f *testing.F) {
	f.Add("00000-00000-00000-00000-000000")
	f.Add("ooooo-iiiii-lllll-zzzzz-ZZZZZ0")
	f.Add("đ–\xff")
	f.Fuzz(func(t *testing.T, payload string) {
		press, known := staff.StartPayload(payload)
		if !known {
			return
		}
		if len(press) > 64 {
			t.Errorf("a payload of %d bytes", len(press))
		}
		// Whatever was read is written one way.
		if again, _ := staff.StartPayload(strings.TrimPrefix(press, "invite:")); again != press {
			t.Errorf("%q is read as %q", press, again)
		}
	})
}
