package redisstore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// Several programs run over one store while it is upgraded. Each tells the store
// every few seconds which formats it reads (census.lua), and writes the format that
// the house records. That is raised in one step when everybody who gave a sign of life
// reads the next one and has for a while, or by an operator: so nobody meets what it
// cannot read, as long as it is not paused for longer than its sign of life counts.
const (
	beatEvery = 3 * time.Second
	// beatLife is longer than any pause that a process gets over with its leases.
	beatLife = 30 * time.Second
	// raiseAfter is time to look at the new version, and to put the old one back.
	raiseAfter = 10 * time.Minute
)

// uncounted is the format of a house whose programs did not register; see census.lua.
const uncounted = 1

// Replica is a program that has the store open.
type Replica struct {
	ID      string
	Reads   record.Format // the newest it reads
	Version string
	Since   time.Time
}

// Census is who has a store open, and what is written in it.
type Census struct {
	Format record.Format
	// Counted says that all who write this format register. Those who do not are
	// not among Replicas, so nothing but [Store.Raise] raises it then.
	Counted bool
	// Able is since when all Replicas read a later one; zero if they do not.
	Able     time.Time
	Replicas []Replica // without who asks, by their start
}

// Raises returns when the format is raised by itself; zero if it is not.
func (c Census) Raises() time.Time {
	if c.Able.IsZero() || !c.Counted {
		return time.Time{}
	}
	return c.Able.Add(raiseAfter)
}

// Behind returns those who do not read f.
func (c Census) Behind(f record.Format) (behind []Replica) {
	for _, r := range c.Replicas {
		if r.Reads < f {
			behind = append(behind, r)
		}
	}
	return behind
}

// Census tells who has the store open, and what is written in it.
func (s *Store) Census(ctx context.Context) (Census, error) { return s.census(ctx, looks, "no") }

// Raise has the newest format written that all who have the store open read, at
// once, also if it is one whose programs do not register. Programs that do not read it
// cannot open the store any more. What it returns tells whether it was: those
// [Census.Behind] keep it from being.
func (s *Store) Raise(ctx context.Context) (Census, error) { return s.census(ctx, reads, "now") }

// What somebody does in a census.
type presence int

const (
	looks presence = iota
	reads
	leaves
)

func (s *Store) census(ctx context.Context, as presence, raise string) (Census, error) {
	format := map[presence]int{looks: -1, reads: int(s.newest), leaves: 0}[as]
	c := &call{
		shard: house, script: &s.tools().census, keys: []string{s.keys.house(), s.keys.replicas()},
		args:    []any{s.clock.micros(), s.id, format, s.version, beatLife.Milliseconds(), raiseAfter.Milliseconds(), raise},
		durable: raise != "no",
	}
	if err := s.do(ctx, c); err != nil {
		return Census{}, err
	}
	return s.readCensus(c.value)
}

func (s *Store) readCensus(value any) (Census, error) {
	list, _ := value.([]any)
	if len(list) < 2 {
		return Census{}, record.ErrCorrupt
	}
	recorded, _ := list[0].(int64)
	found := Census{Format: formatOf(int(recorded)), Counted: recorded != uncounted}
	if able, _ := list[1].(int64); able > 0 {
		found.Able = time.UnixMilli(able).UTC()
	}
	for one := range slices.Chunk(list[2:], 4) {
		if len(one) < 4 || text(one[0]) == s.id {
			continue
		}
		reads, _ := one[1].(int64)
		since, _ := one[2].(int64)
		found.Replicas = append(found.Replicas, Replica{
			ID: text(one[0]), Reads: record.Format(reads), Since: time.UnixMilli(since).UTC(), Version: text(one[3]),
		})
	}
	slices.SortFunc(found.Replicas, func(a, b Replica) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return found, nil
}

// formatOf returns the format of records in a house of that format. The first one was
// counted apart from that of the records.
func formatOf(house int) record.Format { return record.Format(max(house, uncounted+1)) }

// houseFormat reads a house that may say nothing.
func houseFormat(field string) record.Format {
	n, err := strconv.Atoi(field)
	if err != nil {
		n = uncounted
	}
	return formatOf(n)
}

// fit returns an error unless this program reads what is written in format f.
func (s *Store) fit(f record.Format) error {
	if f > s.newest || f < record.Oldest {
		return &FormatError{Have: int(f), Want: int(s.newest)}
	}
	return nil
}

// register counts this program among those who have the store open, and begins to
// write what the store records. That is one step: nobody raises in between.
func (s *Store) register(ctx context.Context) error {
	found, err := s.census(ctx, reads, "no")
	if err != nil {
		return err
	}
	s.registered.Store(true)
	if err := s.fit(found.Format); err != nil {
		return err
	}
	s.writeIn(found.Format)
	return nil
}

// writeIn has everything from now on written in format f.
func (s *Store) writeIn(f record.Format) {
	t := &tools{format: f, scripts: newScripts(s.spare, f)}
	s.use.Store(t)
}

// beat tells the store that this program lives, and follows when the format is raised.
func (s *Store) beat(ctx context.Context, log *slog.Logger) error {
	found, err := s.census(ctx, reads, "no")
	if err == nil && !found.Raises().IsZero() && !s.clock.now().Before(found.Raises()) {
		found, err = s.census(ctx, reads, "able")
	}
	if err != nil || found.Format == s.tools().format {
		return err
	}
	if err := s.fit(found.Format); err != nil {
		// It was away for so long that the others did not wait. What it cannot read
		// fails and is left as it is.
		log.ErrorContext(ctx, "the store was raised while this program was away; start a newer one", "error", err)
		return nil
	}
	log.InfoContext(ctx, "the store is written in another format from now on", "was", int(s.tools().format), "is", int(found.Format))
	s.writeIn(found.Format)
	return nil
}

// beats goes on until ctx ends.
func (s *Store) beats(ctx context.Context, log *slog.Logger) {
	for sleep(ctx, beatEvery) == nil {
		if err := s.beat(ctx, log); err != nil && ctx.Err() == nil {
			log.DebugContext(ctx, "tell the store that this program lives", "error", err)
		}
	}
}

// leave has nobody wait for this program any more. If that fails its sign of life
// runs out.
func (s *Store) leave() {
	if !s.registered.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.budget.look())
	defer cancel()
	_, _ = s.census(ctx, leaves, "no")
}

// newReplicaID names a program by chance.
func newReplicaID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}
