package redisstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

var (
	_ exchange.Store     = (*Store)(nil)
	_ exchange.Worklist  = (*Store)(nil)
	_ delivery.Queue     = (*Store)(nil)
	_ delivery.Outbox    = (*Store)(nil)
	_ delivery.Limiter   = (*Store)(nil)
	_ delivery.Graveyard = (*Store)(nil)
)

// Options are how a store is opened; the zero value is fit for use.
type Options struct {
	// Prefix stands before every key; "dt" if empty.
	Prefix string
	// Wait replaces what the URL says, if its Replicas are not 0; below 0 it
	// means none.
	Wait Wait
	// Now is the clock of everything that ends; the server's if nil, which is
	// what replicas must have. Redis itself goes on removing keys by its own.
	Now func() time.Time
	// Log gets when a server stops and begins to answer; discarded if nil.
	Log *slog.Logger
	// Unfinished opens a store that holds a part of a backup, too: for
	// [Store.Import], which starts over.
	Unfinished bool

	// Version is what this program is called where somebody looks who has the
	// store open.
	Version string
	// Newest is the newest format that is read and written; [record.Newest] if
	// zero. With an earlier one it is as if a program of then had the store open,
	// which is how an upgrade is tested.
	Newest record.Format

	// For tests: who sees every command, budgets for a machine that does much
	// else, and how much longer Redis keeps things than by Now it would.
	hook   redis.Hook
	budget *budget
	spare  time.Duration
	still  bool // gives no sign of life but when it is opened
}

// Store is an open store. It is safe for concurrent use, and so are several
// stores, in this process and in others, over the same Redis and prefix.
type Store struct {
	keys    keys
	id      string // of this program, made by chance
	version string
	newest  record.Format
	spare   time.Duration
	use     atomic.Pointer[tools]
	wait    Wait
	budget  budget
	clock   clock
	keeper  *keeper
	layout  *atomic.Pointer[layout]
	names   atomic.Pointer[record.Names]

	registered atomic.Bool
	leaving    sync.Once

	mu      sync.Mutex
	closed  bool
	calls   sync.WaitGroup // added to under mu while not closed
	cancel  context.CancelFunc
	ended   <-chan struct{} // closed with the store
	running sync.WaitGroup
}

// Open opens the store that url names; doc.go lists the forms. An error is
// [exchange.ErrUnavailable] if no server answers, [*exchange.MovedError],
// [*FormatError] or [ErrUnfinished], or tells what is wrong with the URL. None
// holds a password.
func Open(ctx context.Context, url string, options Options) (*Store, error) {
	t, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	if options.Wait.Replicas != 0 {
		t.wait = options.Wait
	}
	if options.Prefix == "" {
		options.Prefix = "dt"
	}
	if strings.ContainsAny(options.Prefix, "{}") { // the first braces of a key decide its slot
		return nil, fmt.Errorf("open store: braces in the prefix %q", options.Prefix)
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	limits := defaultBudget()
	if options.budget != nil {
		limits = *options.budget
		t.wait.Timeout = limits.io
	}
	// The client prints what goes wrong with its connections; the keeper tells
	// it once, and through the log of the program.
	redis.SetLogger(&logging.VoidLogger{})

	life, cancel := context.WithCancel(context.Background())
	s := &Store{
		keys:    keys{options.Prefix},
		id:      newReplicaID(),
		version: options.Version,
		newest:  cmp.Or(options.Newest, record.Newest),
		spare:   options.spare,
		wait:    t.wait.within(limits),
		budget:  limits,
		layout:  &atomic.Pointer[layout]{},
		cancel:  cancel,
		ended:   life.Done(),
	}
	s.clock.test = options.Now
	s.writeIn(s.newest) // until the house says
	log := options.Log.With("component", "redisstore")
	s.keeper = newKeeper(newConnector(life, t, limits, options.hook), s.layout, log)
	if err := s.keeper.locate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", unavailable(err)), s.Close())
	}
	s.running.Go(func() { s.keeper.run(life) })
	if err := s.furnish(ctx, options.Unfinished); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), s.Close())
	}
	if !options.still {
		s.running.Go(func() { s.beats(life, log) })
	}
	return s, nil
}

// tools returns what is written with at the moment.
func (s *Store) tools() *tools { return s.use.Load() }

// The fields of the house.
const (
	houseKey    = "key"    // of the names, 32 bytes
	houseLayout = "format" // decimal, see census.go
	houseImport = "import" // there while a backup is being read
	houseMoved  = "moved"  // where to
)

// furnish reads the house, and makes it if it is not there.
func (s *Store) furnish(ctx context.Context, unfinished bool) error {
	if err := s.readClock(ctx); err != nil {
		return err
	}
	fields, err := s.readHouse(ctx)
	if err != nil {
		return err
	}
	if fields[houseKey] == "" {
		// Two replicas may open a new store at once: the first one's key counts.
		fresh := make([]byte, record.KeySize)
		_, _ = rand.Read(fresh) // it never fails
		// The format comes first: whoever finds the key finds it too.
		for _, pair := range [][]any{{houseLayout, int(s.newest)}, {houseKey, fresh}} {
			c := &call{shard: house, args: append([]any{"hsetnx", s.keys.house()}, pair...), durable: true}
			if err := s.do(ctx, c); err != nil {
				return err
			}
		}
		if fields, err = s.readHouse(ctx); err != nil {
			return err
		}
	}
	if to, moved := fields[houseMoved]; moved {
		return &exchange.MovedError{To: to}
	}
	if err := s.fit(houseFormat(fields[houseLayout])); err != nil {
		return err
	}
	if _, open := fields[houseImport]; open && !unfinished {
		return ErrUnfinished
	}
	if len(fields[houseKey]) != record.KeySize {
		return fmt.Errorf("read house: %w", record.ErrCorrupt)
	}
	s.setKey([]byte(fields[houseKey]))
	return s.register(ctx)
}

func (s *Store) readHouse(ctx context.Context) (map[string]string, error) {
	c := &call{shard: house, args: []any{"hgetall", s.keys.house()}}
	err := s.do(ctx, c)
	return pairs(c.value), err
}

func (s *Store) setKey(key []byte) {
	names := record.NewNames(key)
	s.names.Store(&names)
}

// Key returns a key of its own for one purpose; see [record.Names.Key].
func (s *Store) Key(purpose string) []byte { return s.names.Load().Key(purpose) }

func (s *Store) name(c bot.ChatID) record.Name { return s.names.Load().Chat(c) }

func (s *Store) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close waits for the calls under way and closes all connections. Calls that
// come later get [exchange.ErrClosed]. Closing again does nothing.
func (s *Store) Close() error {
	s.leaving.Do(s.leave)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.calls.Wait()
	s.cancel()
	s.running.Wait()
	s.keeper.close()
	return nil
}
