package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// disk is what the clients of one model share: the model itself, and what a
// store keeps besides.
type disk struct {
	mu      sync.Mutex
	m       *model
	key     []byte
	buckets map[string]bucket
	vault   vault
	moved   string
}

type bucket struct{ tat time.Time }

func newDisk() *disk {
	key := make([]byte, record.KeySize)
	_, _ = rand.Read(key)
	return &disk{m: newModel(time.Now().Truncate(time.Second), record.NewNames(key)), key: key, buckets: map[string]bucket{}, vault: newVault()}
}

// memory is a store over the model: the suite must find no fault with its own
// specification.
type memory struct {
	*disk
	closed bool
}

var _ Store = (*memory)(nil)

// begin locks the store unless the call is to fail. The caller unlocks.
func (s *memory) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return exchange.ErrClosed
	}
	return nil
}

func (s *memory) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func (s *memory) Load(ctx context.Context, id bot.ChatID) (record.Chat, error) {
	if err := s.begin(ctx); err != nil {
		return record.Chat{}, err
	}
	defer s.mu.Unlock()
	return s.load(s.m.chat(id)), nil
}

func (s *memory) load(m *modelChat) record.Chat {
	c := record.Chat{Revision: m.revision, LastSeq: m.lastSeq, Window: s.m.standing(m)}
	if len(m.state) > 0 {
		c.State = bytes.Clone(m.state) // the caller may append to it
	}
	for mark, at := range m.seen {
		c.Seen = append(c.Seen, record.Sighting{Mark: mark, At: uint32(at.Unix())})
	}
	slices.SortFunc(c.Seen, func(a, b record.Sighting) int { return slices.Compare(a.Mark[:], b.Mark[:]) })
	for _, k := range m.casesOf() {
		c.Cases = append(c.Cases, k.Case)
	}
	return c
}

func (s *memory) Save(ctx context.Context, save record.Save) (record.Saved, error) {
	if err := s.begin(ctx); err != nil {
		return record.Saved{}, err
	}
	defer s.mu.Unlock()
	if s.moved != "" {
		return record.Saved{}, &exchange.MovedError{To: s.moved}
	}
	if err := save.Check(); err != nil {
		return record.Saved{}, err
	}
	for _, c := range save.Cases {
		if shard, _ := record.CodeShard(c.Code); shard != s.m.names.Chat(save.Chat).Shard() {
			return record.Saved{}, fmt.Errorf("%w: a code of another shard", record.ErrInvalid)
		}
	}
	return s.m.save(save), nil
}

func (s *memory) Pending(ctx context.Context, id bot.ChatID) ([]record.Delivery, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.m.pending(id), nil
}

func (s *memory) Ack(ctx context.Context, id bot.ChatID, upTo uint64) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.m.ack(id, upTo)
	return nil
}

func (s *memory) Claim(ctx context.Context, lane string, n int) (ls []record.Lease, err error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	due := s.m.due(lane)
	slices.SortFunc(due, func(a, b *modelChat) int { return s.since(a).Compare(s.since(b)) })
	for _, c := range due[:min(n, len(due))] {
		ls = append(ls, *s.m.take(c))
	}
	return ls, nil
}

// since is when a queue that is due became so, or as if, near enough for tests
// that give each queue one message.
func (s *memory) since(c *modelChat) time.Time {
	d := s.m.head(c)
	if d.Priority == record.PriorityPerson {
		return d.from.Add(-record.PersonBoost)
	}
	return d.from
}

func (s *memory) Settle(ctx context.Context, l record.Lease, set record.Settlement) (*record.Lease, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.m.settle(l, set), nil
}

func (s *memory) Release(ctx context.Context, l record.Lease) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.m.release(l)
	return nil
}

func (s *memory) Take(ctx context.Context, name string, pace record.Pace, n int) (got int, wait time.Duration, err error) {
	if err := s.begin(ctx); err != nil {
		return 0, 0, err
	}
	defer s.mu.Unlock()
	if pace.Every == 0 {
		return n, 0, nil
	}
	b := s.buckets[name]
	if s.m.over(b.tat) {
		b.tat = s.m.now
	}
	for ; got < n; got++ {
		from := b.tat.Add(-time.Duration(pace.Burst-1) * pace.Every)
		if wait = from.Sub(s.m.now); wait > 0 {
			break
		}
		b.tat = b.tat.Add(pace.Every)
	}
	s.buckets[name] = b
	return got, max(wait, 0), nil
}

func (s *memory) Work(ctx context.Context, n int) (ws []record.Work, err error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	due := s.m.pieces()
	for _, p := range due[:min(n, len(due))] {
		ws = append(ws, s.m.lease(p))
	}
	return ws, nil
}

func (s *memory) Finish(ctx context.Context, w record.Work, set record.Settlement) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.m.finish(w, set)
	return nil
}

func (s *memory) Dead(ctx context.Context, show func(record.Dead) error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, d := range s.m.graves() {
		d.ID = s.graveID(d)
		if err := show(d); err != nil {
			return err
		}
	}
	return nil
}

func (s *memory) graveID(d record.Dead) string {
	return fmt.Sprintf("%x-%d-%d%s", s.m.names.Chat(d.Delivery.Chat), d.Delivery.Seq, d.At.UnixMilli(), d.Letter.ID)
}

// grave does something to one dead letter.
func (s *memory) grave(ctx context.Context, id string, do func(i int)) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.m.graves(), func(d record.Dead) bool { return s.graveID(d) == id })
	if i < 0 {
		return delivery.ErrNotFound
	}
	do(i)
	return nil
}

func (s *memory) Revive(ctx context.Context, id string) error { return s.grave(ctx, id, s.m.revive) }
func (s *memory) Bury(ctx context.Context, id string) error   { return s.grave(ctx, id, s.m.bury) }

func (s *memory) Counts(ctx context.Context, day string) (map[string]uint64, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.m.count(day), nil
}

func (s *memory) FindCase(ctx context.Context, code string) (record.Case, error) {
	if err := s.begin(ctx); err != nil {
		return record.Case{}, err
	}
	defer s.mu.Unlock()
	if k := s.m.findCase(code); k != nil {
		return k.Case, nil
	}
	return record.Case{}, delivery.ErrNotFound
}

func (s *memory) Ref(ctx context.Context, id bot.ChatID, provider string) ([]byte, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if r, ok := s.m.chat(id).refs[s.m.names.Mark(provider)]; ok {
		return r.ref, nil
	}
	return nil, delivery.ErrNotFound
}

func (s *memory) Name(chat bot.ChatID) record.Name {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m.names.Chat(chat)
}

func (s *memory) Key(purpose string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m.names.Key(purpose)
}

func (s *memory) Retire(ctx context.Context, to string) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.moved = to
	return nil
}

func (s *memory) Export(ctx context.Context, show func(record.Item) error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	items, err := s.items()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	for _, i := range items {
		if err := show(i); err != nil {
			return err
		}
	}
	return nil
}
