package record_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

var someWindow = record.Window{Free: 48 * time.Hour, FreeMessages: 8, Total: 7 * 24 * time.Hour}

func TestWindow(t *testing.T) {
	t.Parallel()
	unbounded := someWindow
	unbounded.FreeMessages = 0
	free, total := noon.Add(48*time.Hour), noon.Add(7*24*time.Hour)
	for name, c := range map[string]struct {
		w             record.Window
		sent          int
		after         time.Duration
		reply, person bool
		until         time.Time
		messages      int
	}{
		"at first":           {someWindow, 0, 0, true, true, free, 8},
		"by a clock behind":  {someWindow, 0, -time.Minute, true, true, free, 8},
		"one left":           {someWindow, 7, time.Hour, true, true, free, 1},
		"none left":          {someWindow, 8, time.Hour, false, true, total, 0},
		"more than there is": {someWindow, 9, time.Hour, false, true, total, 0},
		"any number":         {unbounded, 1000, time.Hour, true, true, free, -1},
		"just free":          {someWindow, 0, 48*time.Hour - 1, true, true, free, 8},
		"no longer free":     {someWindow, 0, 48 * time.Hour, false, true, total, 0},
		"just open":          {unbounded, 0, 7*24*time.Hour - 1, false, true, total, 0},
		"shut":               {unbounded, 0, 7 * 24 * time.Hour, false, false, time.Time{}, 0},
	} {
		s, now := record.WindowState{Since: noon, Sent: c.sent}, noon.Add(c.after)
		for p, want := range map[record.Priority]bool{
			record.PriorityPerson: c.person, record.PriorityReply: c.reply, record.PriorityReceipt: c.reply, record.PriorityReminder: c.reply,
		} {
			if got := c.w.Lets(s, p, now); got != want {
				t.Errorf("%s: lets priority %d: %v", name, p, got)
			}
		}
		if until, messages := c.w.Left(s, now); !until.Equal(c.until) || messages != c.messages {
			t.Errorf("%s: left until %v with %d, want %v with %d", name, until, messages, c.until, c.messages)
		}
	}
	none := record.WindowState{}
	if until, _ := someWindow.Left(none, noon); someWindow.Lets(none, record.PriorityPerson, noon) || !until.IsZero() {
		t.Error("somebody who never wrote may be written to")
	}
	if until, n := (record.Window{}).Left(none, noon); !(record.Window{}).Lets(none, record.PriorityReminder, noon) || !until.IsZero() || n != 0 {
		t.Error("a channel without a window holds something back")
	}
}

func TestWindowsGoThroughTheirEncoding(t *testing.T) {
	t.Parallel()
	for _, s := range []record.WindowState{{}, {Since: noon, Sent: 1<<31 - 1}} {
		b := record.Newest.EncodeWindow(someWindow, s)
		w, got, err := record.DecodeWindow(b)
		if err != nil || w != someWindow || !got.Since.Equal(s.Since) || got.Sent != s.Sent {
			t.Errorf("got %+v, %+v, %v", w, got, err)
		}
		for size := range b {
			if _, _, err := record.DecodeWindow(b[:size]); !errors.Is(err, record.ErrCorrupt) {
				t.Errorf("of %d bytes: %v", size, err)
			}
		}
	}
	later := record.Newest.EncodeWindow(someWindow, record.WindowState{})
	later[0] = 99
	if _, _, err := record.DecodeWindow(later); !errors.Is(err, record.ErrVersion) {
		t.Errorf("of another version: %v", err)
	}
}

func FuzzDecodeWindow(f *testing.F) {
	f.Add(record.Newest.EncodeWindow(someWindow, record.WindowState{Since: noon, Sent: 3}))
	f.Add(record.Newest.EncodeWindow(record.Window{}, record.WindowState{}))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, s, err := record.DecodeWindow(b)
		if err != nil {
			return
		}
		if w.Check() != nil || b[0] == record.Newest.EncodeWindow(w, s)[0] && !bytes.Equal(record.Newest.EncodeWindow(w, s), b) {
			t.Errorf("% x came back as % x", b, record.Newest.EncodeWindow(w, s))
		}
	})
}

func TestACardThatCannotBeChanged(t *testing.T) {
	t.Parallel()
	reply := bot.Reply{Text: "whole", Update: "update", Card: "c", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto}}}
	d := record.Delivery{Reply: reply}
	if r, ok := d.Anew(); !ok || r.Text != "whole" || len(r.Attachments) != 1 {
		t.Errorf("the first time: %+v, %v", r, ok)
	}
	d.Replaces = "m1"
	if r, ok := d.Anew(); !ok || r.Text != "update" || len(r.Attachments) != 0 {
		t.Errorf("the second time: %+v, %v", r, ok)
	}
	d.Reply.Update = ""
	if r, ok := d.Anew(); ok {
		t.Errorf("without an update: %+v", r)
	}
}

func TestWhatTellsAnEndHasOneID(t *testing.T) {
	t.Parallel()
	names := record.NewNames(bytes.Repeat([]byte{1}, record.KeySize))
	ids := map[string]bool{}
	for _, chat := range []bot.ChatID{wild, {Channel: "web"}} {
		for _, seq := range []uint64{1, 11} {
			for _, end := range []bot.End{bot.EndSent, bot.EndHeld} {
				d := record.Delivery{Chat: chat, Seq: seq}
				l := names.EndedLetter(d, bot.Ended{Track: "t", End: end}, noon)
				if again := names.EndedLetter(d, bot.Ended{Track: "u", End: end}, noon.Add(1)); again.ID != l.ID || l.Letter.To != chat || l.From != chat {
					t.Errorf("letter %+v, again %+v", l, again)
				}
				ids[l.ID] = true
			}
		}
	}
	if len(ids) != 8 {
		t.Errorf("%d ids, want 8", len(ids))
	}
}
