package staff

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Leases counts tries, for all replicas together. All methods are safe for
// concurrent use.
type Leases interface {
	// Hold takes or renews the named lease for holder, false if another has it.
	Hold(ctx context.Context, name, holder string, ttl time.Duration) (bool, error)
	// LetGo gives the lease back if holder has it.
	LetGo(ctx context.Context, name, holder string) error
}

const (
	// maxTries is how many codes a person may get wrong in tryLife.
	maxTries = 5
	tryLife  = 24 * time.Hour // also the longest that a lease may be: record.MaxHold
)

// Try is one attempt to redeem an invitation.
type Try struct {
	Chat   bot.ChatID
	Sender string // the sender's own id on that channel
	Room   bool   // the chat has several members
	ID     string // of the message: one that comes again is counted once
	Code   string
}

// Errors of [Directory.Redeem] that say: this is no invitation for that person.
var (
	// ErrNoInvite says that the code is wrong, used or too old, or that it was
	// shown where it cannot be redeemed: in a room, or in the chat of another
	// officer. There it is void from then on, because others may have seen it.
	ErrNoInvite = errors.New("no such invitation")
	// ErrTooMany says that the person got five codes wrong within a day.
	ErrTooMany = errors.New("too many wrong invitations")
)

// Redeem makes the chat that of the officer for whom the code was made, and
// returns the officer's id. A second chat of an officer comes beside the first,
// and is preferred. Of several who redeem one code at once one becomes the
// officer. Who redeemed it gets the same answer again for three days, as long
// as the registration stands.
//
// Besides the errors above it returns those of the store: then the code may have
// been redeemed, and the same try is to be made again.
func (d *Directory) Redeem(ctx context.Context, t Try) (officer string, err error) {
	s, ok := readCode(t.Code)
	if !ok || t.Sender == "" || d.config.Leases == nil || len(d.config.Key) == 0 || d.config.Roster() == nil {
		return "", ErrNoInvite
	}
	if t.Room {
		return d.redeem(ctx, s.hash(), t) // only to make it void
	}
	slot, err := d.takeSlot(ctx, t)
	if err != nil {
		return "", err
	}
	if officer, err = d.redeem(ctx, s.hash(), t); err == nil {
		_ = d.config.Leases.LetGo(ctx, slot, t.ID) // it ends by itself
	}
	return officer, err
}

// takeSlot uses one of the person's tries before it is known whether it is a
// wrong one, so that many at once are no more than many in a row.
func (d *Directory) takeSlot(ctx context.Context, t Try) (slot string, err error) {
	for n := range maxTries {
		slot = d.slot(t, n)
		held, err := d.config.Leases.Hold(ctx, slot, t.ID, tryLife)
		if err != nil {
			return "", fmt.Errorf("count tries of invitations: %w", err)
		}
		if held {
			return slot, nil
		}
	}
	return "", ErrTooMany
}

// slot names a try of a person: nobody without the key can tell whose it is.
func (d *Directory) slot(t Try, n int) string {
	h := hmac.New(sha256.New, d.config.Key)
	for _, part := range []string{t.Chat.Channel, t.Chat.Bot, t.Sender} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return "officers/try/" + hex.EncodeToString(h.Sum(nil)[:16]) + "/" + strconv.Itoa(n)
}

// redeem uses the code up, if there is such a one.
func (d *Directory) redeem(ctx context.Context, h hash, t Try) (officer string, err error) {
	refused := ErrNoInvite
	err = d.change(ctx, func(r *register) (bool, error) {
		officer, refused = "", ErrNoInvite
		next := registration{place: placeOf("", t.Chat), At: d.config.Now().Unix(), By: h[:]}
		if t.Sender != t.Chat.Chat {
			next.Sender = []byte(t.Sender)
		}
		if who, ok := d.redeemedBefore(*r, next); ok && !t.Room {
			officer, refused = who, nil
			return false, nil
		}
		who, ok := r.takeInvite(h, d.config.Now())
		if !ok {
			return false, nil
		}
		if next.Officer = who; !t.Room && d.mayJoin(*r, next) {
			r.add(next)
			officer, refused = who, nil
		}
		return true, nil
	})
	if err != nil {
		return "", err
	}
	return officer, refused
}

// redeemedBefore returns whom the same code has made of the same chat, if that
// still holds.
func (d *Directory) redeemedBefore(r register, next registration) (officer string, ok bool) {
	i := slices.IndexFunc(r.Entries, func(e registration) bool {
		return bytes.Equal(e.By, next.By) && e.chat() == next.chat() && e.owner() == next.owner() && next.At-e.At <= int64(keepBy/time.Second)
	})
	if i < 0 {
		return "", false
	}
	officer = r.Entries[i].Officer
	now, _ := newSnapshot(r, d.config.Roster()).Officer(next.owner())
	return officer, now == officer
}

// mayJoin reports whether the officer is one, and the chat nobody else's.
func (d *Directory) mayJoin(r register, next registration) bool {
	if _, known := d.inFile(next.Officer); !known {
		return false
	}
	s := newSnapshot(r, d.config.Roster())
	return s.free(next.chat(), next.Officer) && s.free(next.owner(), next.Officer)
}
