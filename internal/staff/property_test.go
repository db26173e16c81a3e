package staff_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
	"github.com/doithoai/doithoai/internal/staff"
)

// world is what two replicas must agree with: whose each chat is, said in the
// plainest way.
type world struct {
	now      time.Time
	codes    []*drawn
	joined   []string            // «officer chat», the oldest first
	removed  map[string]bool     // «officer chat» of the file
	file     map[string][]string // chats of the file by officer
	tries    int
	replicas []*staff.Directory
}

// drawn is an invitation that was made.
type drawn struct {
	code, officer string
	until         time.Time
	usedBy        string // chat
	used          time.Time
	void          bool
}

func (w *world) whose(chat string) string {
	for _, officer := range officers() {
		if slices.Contains(w.file[officer], chat) && !w.removed[officer+" "+chat] {
			return officer
		}
	}
	for _, officer := range officers() {
		if slices.Contains(w.joined, officer+" "+chat) {
			return officer
		}
	}
	return ""
}

func officers() []string { return []string{"lan", "hoa", "tam"} }
func chats() []string    { return []string{"1", "2", "3", "4"} }

func (w *world) AllOfficers() []desks.Officer {
	var all []desks.Officer
	for _, officer := range officers() {
		o := desks.Officer{ID: officer}
		for _, chat := range w.file[officer] {
			o.Chats = append(o.Chats, on(chat))
		}
		all = append(all, o)
	}
	return all
}

func on(chat string) bot.ChatID { return bot.ChatID{Channel: "telegram", Bot: "main", Chat: chat} }

// redeem is what is to come of a code.
func (w *world) redeem(d *drawn, chat string) (officer string) {
	entry := d.officer + " " + chat
	switch {
	case d.usedBy == chat && slices.Contains(w.joined, entry) && w.now.Sub(d.used) <= 72*time.Hour && w.whose(chat) == d.officer:
		return d.officer
	case d.usedBy != "" || d.void || !w.now.Before(d.until):
		return ""
	}
	if whose := w.whose(chat); whose != "" && whose != d.officer {
		d.void = true
		return ""
	}
	d.usedBy, d.used = chat, w.now
	for _, other := range w.codes { // only the latest code of a chat is greeted again
		if other != d && other.usedBy == chat {
			other.usedBy, other.void = "", true
		}
	}
	w.joined = slices.DeleteFunc(w.joined, func(e string) bool { return e[len(e)-1:] == chat })
	w.joined = append(w.joined, entry)
	delete(w.removed, entry)
	return d.officer
}

func (w *world) remove(officer string) {
	for _, chat := range w.file[officer] {
		w.removed[officer+" "+chat] = true
	}
	w.joined = slices.DeleteFunc(w.joined, func(e string) bool { return e[:len(e)-2] == officer })
	for _, d := range w.codes {
		d.void = d.void || d.officer == officer
	}
}

// preferred is where an officer is written to.
func (w *world) preferred(officer string) string {
	for _, e := range slices.Backward(w.joined) {
		if e[:len(e)-2] == officer && w.whose(e[len(e)-1:]) == officer {
			return e[len(e)-1:]
		}
	}
	for _, chat := range w.file[officer] {
		if w.whose(chat) == officer {
			return chat
		}
	}
	return ""
}

func (w *world) check(t *rapid.T, s staff.Snapshot) {
	for _, chat := range chats() {
		if got, _ := s.Officer(on(chat)); got != w.whose(chat) {
			t.Fatalf("chat %s is %q's, want %q", chat, got, w.whose(chat))
		}
	}
	for _, officer := range officers() {
		if got, _ := s.Chat(officer); got.Chat != w.preferred(officer) {
			t.Fatalf("%s is written to at %q, want %q", officer, got.Chat, w.preferred(officer))
		}
	}
}

// Whatever is invited, redeemed, removed and rewritten, on whichever replica:
// each chat is at most one officer's, each code makes one at most, and both
// replicas say the same.
func TestReplicasAgree(t *testing.T) {
	t.Parallel()
	c := newClock()
	store := openBolt(t, c)
	rapid.Check(t, func(t *rapid.T) {
		raw, err := store.Value(t.Context(), staff.RegisterName)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Swap(t.Context(), staff.RegisterName, raw, nil); err != nil {
			t.Fatal(err)
		}
		w := &world{now: c.now(), removed: map[string]bool{}, file: map[string][]string{"lan": {"1"}}}
		rewritten := func() staff.Roster { return w }
		key := fmt.Append(nil, rapid.Uint64().Draw(t, "key")) // so that the tries of other runs do not count
		for range 2 {
			w.replicas = append(w.replicas, staff.New(staff.Config{Safe: store, Leases: store, Key: key, Roster: rewritten, Now: c.now}))
		}
		replica := func() *staff.Directory { return w.replicas[rapid.IntRange(0, 1).Draw(t, "replica")] }
		t.Repeat(map[string]func(*rapid.T){
			"invite": func(t *rapid.T) {
				officer := rapid.SampledFrom(officers()).Draw(t, "officer")
				made, err := replica().Invite(t.Context(), officer)
				if err != nil {
					t.Fatal(err)
				}
				w.codes = append(w.codes, &drawn{code: made.Code, officer: officer, until: made.Until.Truncate(time.Second)})
			},
			"redeem": func(t *rapid.T) {
				if len(w.codes) == 0 {
					t.Skip("nobody was invited")
				}
				d, chat := rapid.SampledFrom(w.codes).Draw(t, "code"), rapid.SampledFrom(chats()).Draw(t, "chat")
				w.tries++
				got, err := replica().Redeem(t.Context(), try(on(chat), fmt.Sprint(w.tries), d.code))
				if errors.Is(err, staff.ErrTooMany) {
					return
				}
				if want := w.redeem(d, chat); got != want || (err == nil) != (want != "") {
					t.Fatalf("chat %s became %q, %v, want %q", chat, got, err, want)
				}
			},
			"remove": func(t *rapid.T) {
				officer := rapid.SampledFrom(officers()).Draw(t, "officer")
				if _, err := replica().Remove(t.Context(), officer); err != nil {
					t.Fatal(err)
				}
				w.remove(officer)
			},
			"rewrite the file": func(t *rapid.T) {
				next := *w
				next.file = map[string][]string{}
				for _, chat := range rapid.SliceOfNDistinct(rapid.SampledFrom(chats()), 0, 2, rapid.ID).Draw(t, "chats") {
					officer := rapid.SampledFrom(officers()).Draw(t, "officer")
					next.file[officer] = append(next.file[officer], chat)
				}
				w = &next // a reload makes a new one
			},
			"time passes": func(t *rapid.T) {
				c.advance(time.Duration(rapid.IntRange(1, 20).Draw(t, "hours")) * time.Hour)
				w.now = c.now()
			},
			"": func(t *rapid.T) {
				for _, d := range w.replicas {
					if err := d.Fresh(t.Context()); err != nil {
						t.Fatal(err)
					}
					w.check(t, d.Snapshot())
				}
			},
		})
	})
}
