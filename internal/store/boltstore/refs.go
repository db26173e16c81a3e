package boltstore

import (
	"bytes"
	"context"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// Ref returns what was to be remembered of the message that the provider knows
// by that id, or [delivery.ErrNotFound].
func (s *Store) Ref(ctx context.Context, chat bot.ChatID, provider string) ([]byte, error) {
	ref, err := read(ctx, s, func(u *unit) ([]byte, error) {
		rec, _, err := u.get(refBucket, refKey(u.names.Chat(chat), u.names.Mark(provider)))
		return bytes.Clone(rec), err
	})
	if err == nil && ref == nil {
		err = delivery.ErrNotFound
	}
	return ref, err
}

// Name returns what the chat is called in this store.
func (s *Store) Name(chat bot.ChatID) record.Name { return s.names.Load().Chat(chat) }

// remember keeps ref for every id that a provider gave a message.
func (u *unit) remember(name record.Name, ref []byte, providers []string) error {
	if len(ref) == 0 {
		return nil
	}
	for _, provider := range providers {
		if err := u.put(kindRef, refKey(name, u.names.Mark(provider)), u.now.Add(record.KeepDead), ref); err != nil {
			return err
		}
	}
	return nil
}
