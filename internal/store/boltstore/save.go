package boltstore

import (
	"context"
	"fmt"

	"github.com/doithoai/doithoai/internal/record"
)

// Save implements [exchange.Store].
func (s *Store) Save(ctx context.Context, save record.Save) (record.Saved, error) {
	if err := save.Check(); err != nil {
		return record.Saved{}, err
	}
	return change(ctx, s, func(u *unit) (record.Saved, error) { return u.save(save) })
}

// save makes every check before the first write.
func (u *unit) save(save record.Save) (record.Saved, error) {
	name := u.names.Chat(save.Chat)
	if err := checkCodes(name, save.Cases); err != nil {
		return record.Saved{}, err
	}
	old, err := u.chat(name)
	if err != nil {
		return record.Saved{}, err
	}
	chat, outcome := save.Advance(old, u.names.Mark(save.Update), u.now)
	if outcome == record.Done {
		taken, err := u.taken(name, save.Cases)
		if err != nil {
			return record.Saved{}, err
		}
		if taken {
			outcome = record.CodeTaken
		}
	}
	if outcome != record.Done {
		return record.Saved{Outcome: outcome, Revision: old.Revision, LastSeq: old.LastSeq}, nil
	}
	var q *line
	if touchesQueue(save, old) {
		if q, err = u.line(name); err != nil {
			return record.Saved{}, err
		}
		chat.LastSeq = q.latest(old) + uint64(len(save.Out))
	}
	if err := u.put(kindChat, name[:], u.now.Add(record.KeepChat), record.Newest.EncodeChat(chat)); err != nil {
		return record.Saved{}, err
	}
	saved := record.Saved{Outcome: record.Done, Revision: chat.Revision, LastSeq: chat.LastSeq}
	if saved.Lease, err = u.saveRest(name, q, save, chat.LastSeq); err != nil {
		return record.Saved{}, err
	}
	return saved, nil
}

// touchesQueue tells whether a save must look at what waits for the chat. A new
// life must: what waits may have outlived the old one, and its numbers with it.
func touchesQueue(save record.Save, old record.Chat) bool {
	return len(save.Out) > 0 || save.Way.Push || save.Way.Inbound || save.Forget || old.Revision == 0
}

// saveRest writes all of a save but the chat itself.
func (u *unit) saveRest(name record.Name, q *line, save record.Save, last uint64) (lease *record.Lease, err error) {
	if save.Forget {
		if err := u.forget(q); err != nil {
			return nil, err
		}
	}
	for _, c := range save.Cases {
		c.Chat = save.Chat
		if err := u.saveCase(name, c); err != nil {
			return nil, err
		}
	}
	for i, l := range save.Letters {
		letter := record.Letter{ID: u.names.Letter(save.Chat, save.Update, i), From: save.Chat, Letter: l, At: u.now}
		if err := u.putLetter(letter, u.at); err != nil {
			return nil, err
		}
	}
	if err := u.count(save.Day, save.Counts); err != nil {
		return nil, err
	}
	if q == nil {
		return nil, nil
	}
	return u.queueOut(q, save, last)
}

// queueOut queues what a save sends and sees to the state of the queue.
func (u *unit) queueOut(q *line, save record.Save, last uint64) (lease *record.Lease, err error) {
	way, first := save.Way, last-uint64(len(save.Out))+1
	for _, o := range save.Out {
		if err := u.collapse(q, o.Collapse, first); err != nil {
			return nil, err
		}
	}
	for i, o := range save.Out {
		if err := u.add(q, o.Delivery(save.Chat, first+uint64(i), u.now), u.now.Add(o.After), way.Push); err != nil {
			return nil, err
		}
	}
	if !way.Push && !q.stored {
		return nil, nil // it is fetched
	}
	if way.Push {
		q.flow.lane = record.Lane(save.Chat)
		q.flow.setPace(way.Pace)
		if way.Window != (record.Window{}) {
			q.flow.window = way.Window
		}
	}
	if way.Inbound {
		q.flow.wrote(u.now)
		if err := u.freeAll(q); err != nil {
			return nil, err
		}
	}
	if way.Push && way.Lease {
		if lease, err = u.lease(q); err != nil {
			return nil, err
		}
	}
	return lease, u.keep(q)
}

// forget removes what waits for the chat and its cases.
func (u *unit) forget(q *line) error {
	if err := u.drop(q, func(place) bool { return true }); err != nil {
		return err
	}
	if err := u.dropFlow(q); err != nil {
		return err
	}
	return u.dropCases(q.name)
}

func checkCodes(name record.Name, cases []record.CaseChange) error {
	for _, c := range cases {
		if shard, ok := record.CodeShard(c.Code); !ok || shard != name.Shard() {
			return fmt.Errorf("%w: the code of a case tells another shard", record.ErrInvalid)
		}
	}
	return nil
}
