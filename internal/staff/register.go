package staff

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// RegisterName is the name that the register is kept under in the store's safe.
const RegisterName = "officers/register"

// errFull says that the register has no room left; see [record.MaxKept]. There
// is room for about six hundred officers.
var errFull = errors.New("register of officers is full")

// registerVersion is the encoding written and the newest one read.
const registerVersion = 1

// register is all that is stored. Its zero value is that of a store in which
// nobody was ever invited. Names are short because the value is bounded.
type register struct {
	Version int            `json:"v"`
	Entries []registration `json:"e,omitempty"` // oldest first
	Invites []invite       `json:"i,omitempty"`
	// Removed are chats that the file names but that do not count any more.
	Removed []place `json:"r,omitempty"`
}

// registration is a chat whose owner redeemed an invitation.
type registration struct {
	place
	Sender []byte `json:"s,omitempty"` // the owner's own id; empty if it is that of the chat
	At     int64  `json:"t"`           // Unix seconds
	// By is the hash of the code: who brings it once more is greeted once more.
	// Empty after keepBy.
	By []byte `json:"k,omitempty"`
}

// keepBy is how long a message that redeemed a code may come again.
const keepBy = record.KeepSeen

// invite is an invitation that nobody has redeemed.
type invite struct {
	Officer string `json:"o"`
	Hash    []byte `json:"k"`
	Until   int64  `json:"t"` // Unix seconds
}

// place is a chat of an officer. The id is bytes because JSON would not keep
// every string as it is.
type place struct {
	Officer string `json:"o"`
	Channel string `json:"c"`
	Bot     string `json:"b"`
	Chat    []byte `json:"i"`
}

func placeOf(officer string, chat bot.ChatID) place {
	return place{officer, chat.Channel, chat.Bot, []byte(chat.Chat)}
}

func (p place) chat() bot.ChatID {
	return bot.ChatID{Channel: p.Channel, Bot: p.Bot, Chat: string(p.Chat)}
}

func (p place) equal(other place) bool { return p.Officer == other.Officer && p.chat() == other.chat() }

// owner is the chat with the id of its owner in the place of its own.
func (r registration) owner() bot.ChatID {
	chat := r.chat()
	if len(r.Sender) > 0 {
		chat.Chat = string(r.Sender)
	}
	return chat
}

// readRegister reads what [register.bytes] wrote; no bytes are an empty one.
// Errors are [record.ErrVersion] or [record.ErrCorrupt] and quote nothing.
func readRegister(raw []byte) (register, error) {
	var r register
	if len(raw) == 0 {
		return r, nil
	}
	if json.Unmarshal(raw, &r) != nil || r.Version < 1 {
		return register{}, fmt.Errorf("read register of officers: %w", record.ErrCorrupt)
	}
	if r.Version > registerVersion {
		return register{}, fmt.Errorf("read register of officers: %w: %d", record.ErrVersion, r.Version)
	}
	return r, nil
}

func (r register) bytes() ([]byte, error) {
	r.Version = registerVersion
	raw, err := json.Marshal(r)
	if err == nil && len(raw) > record.MaxKept {
		err = errFull
	}
	if err != nil {
		return nil, fmt.Errorf("write register of officers: %w", err)
	}
	return raw, nil
}

// clone returns a register that can be changed without changing r.
func (r register) clone() register {
	return register{r.Version, slices.Clone(r.Entries), slices.Clone(r.Invites), slices.Clone(r.Removed)}
}

// tidy drops what time has made useless. It is done along with changes only.
func (r *register) tidy(now time.Time) {
	r.Invites = slices.DeleteFunc(r.Invites, func(i invite) bool { return i.Until <= now.Unix() })
	for i := range r.Entries {
		if now.Unix()-r.Entries[i].At > int64(keepBy/time.Second) {
			r.Entries[i].By = nil
		}
	}
}

// takeInvite removes the invitation of that hash and returns whom it is for;
// false if there is none, or it is over.
func (r *register) takeInvite(h hash, now time.Time) (officer string, ok bool) {
	i := slices.IndexFunc(r.Invites, func(i invite) bool { return bytes.Equal(i.Hash, h[:]) })
	if i < 0 || r.Invites[i].Until <= now.Unix() {
		return "", false
	}
	officer = r.Invites[i].Officer
	r.Invites = slices.Delete(r.Invites, i, i+1)
	return officer, true
}

// add registers a chat; one that is registered becomes the newest.
func (r *register) add(next registration) {
	r.Entries = slices.DeleteFunc(r.Entries, func(old registration) bool {
		return old.chat() == next.chat() || old.owner() == next.owner()
	})
	r.Entries = append(r.Entries, next)
	r.Removed = slices.DeleteFunc(r.Removed, next.equal)
}
