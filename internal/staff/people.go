package staff

import (
	"context"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/desks"
)

// Person is an officer with the ways to write to him, for an operator.
type Person struct {
	desks.Officer // of the file; only the id if it is not there any more
	Gone          bool
	Contacts      []Contact // that count, the preferred one first
	Removed       int       // chats that the file names and that were removed
	Invited       time.Time // until when the latest open invitation holds; zero if there is none
}

// Contact is one chat of an officer.
type Contact struct {
	Chat  bot.ChatID
	Since time.Time // of a chat that was registered; zero for one of the file
}

// People looks at the register and returns every officer: those of the file in
// its order, then those that only the register knows.
func (d *Directory) People(ctx context.Context) ([]Person, error) {
	r, err := d.look(ctx)
	if err != nil {
		return nil, err
	}
	now, s := d.config.Now(), d.Snapshot()
	var people []Person
	known := map[string]bool{}
	if roster := d.config.Roster(); roster != nil {
		for _, o := range roster.AllOfficers() {
			known[o.ID] = true
			people = append(people, person(r, s, o, now))
		}
	}
	for _, e := range r.Entries {
		if !known[e.Officer] {
			known[e.Officer] = true
			people = append(people, Person{Officer: desks.Officer{ID: e.Officer}, Gone: true})
		}
	}
	return people, nil
}

func person(r register, s Snapshot, o desks.Officer, now time.Time) Person {
	p := Person{Officer: o, Removed: len(o.Chats) - len(fileChats(r, o))}
	for _, chat := range s.chats[o.ID] {
		c := Contact{Chat: chat}
		i := slices.IndexFunc(r.Entries, func(e registration) bool { return e.Officer == o.ID && e.chat() == chat })
		if i >= 0 {
			c.Since = time.Unix(r.Entries[i].At, 0)
		}
		p.Contacts = append(p.Contacts, c)
	}
	for _, i := range r.Invites {
		if until := time.Unix(i.Until, 0); i.Officer == o.ID && until.After(now) && until.After(p.Invited) {
			p.Invited = until
		}
	}
	return p
}
