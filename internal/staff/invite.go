package staff

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/doithoai/doithoai/internal/desks"
)

// Life is how long an invitation can be redeemed.
const Life = 24 * time.Hour

// ErrUnknown says that nobody of that id is an officer.
var ErrUnknown = errors.New("no such officer")

// Invitation makes its bearer an officer. The code is a secret: it is shown to
// who asked for it and nowhere else.
type Invitation struct {
	Officer desks.Officer
	Code    string // in groups, as [Front] reads it
	Until   time.Time
}

// Invite makes an invitation for an officer of the file, which one chat can
// redeem until [Life] from now; [ErrUnknown] if there is no such officer. Those
// made before stay valid: one may be for Zalo and one for Telegram. With another
// error an invitation may have been made whose code nobody knows.
func (d *Directory) Invite(ctx context.Context, officer string) (Invitation, error) {
	o, ok := d.inFile(officer)
	if !ok {
		return Invitation{}, ErrUnknown
	}
	s, until := newSecret(), d.config.Now().Add(Life)
	h := s.hash()
	err := d.change(ctx, func(r *register) (bool, error) {
		r.Invites = append(r.Invites, invite{officer, h[:], until.Unix()})
		return true, nil
	})
	if err != nil {
		return Invitation{}, err
	}
	return Invitation{o, s.String(), until}, nil
}

// Removal is what [Directory.Remove] took from an officer.
type Removal struct {
	Registered int // chats whose owner had redeemed an invitation
	InFile     int // chats of the file, which do not count until the file names others
	Invited    int // invitations not redeemed yet
}

// None reports whether there was nothing to take.
func (r Removal) None() bool { return r == Removal{} }

// Remove makes every chat of an officer nobody's: those registered, those in the
// file, and those that could still come by an invitation. It holds from the next
// thing that somebody does there. The officer comes back by another invitation,
// or by a chat that the file did not name when it was removed. [ErrUnknown] if
// neither the file nor the register knows the officer.
func (d *Directory) Remove(ctx context.Context, officer string) (Removal, error) {
	var took Removal
	err := d.change(ctx, func(r *register) (bool, error) {
		took = Removal{}
		o, known := d.inFile(officer)
		for _, chat := range fileChats(*r, o) {
			r.Removed = append(r.Removed, placeOf(officer, chat))
			took.InFile++
		}
		before := len(r.Entries)
		r.Entries = slices.DeleteFunc(r.Entries, func(e registration) bool { return e.Officer == officer })
		took.Registered = before - len(r.Entries)
		before = len(r.Invites)
		r.Invites = slices.DeleteFunc(r.Invites, func(i invite) bool { return i.Officer == officer })
		took.Invited = before - len(r.Invites)
		if took.None() && !known && !slices.ContainsFunc(r.Removed, func(p place) bool { return p.Officer == officer }) {
			return false, ErrUnknown
		}
		return !took.None(), nil
	})
	return took, err
}

func (d *Directory) inFile(officer string) (desks.Officer, bool) {
	roster := d.config.Roster()
	if roster == nil {
		return desks.Officer{}, false
	}
	all := roster.AllOfficers()
	i := slices.IndexFunc(all, func(o desks.Officer) bool { return o.ID == officer })
	if i < 0 {
		return desks.Officer{}, false
	}
	return all[i], true
}
