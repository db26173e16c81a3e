package redisstore

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/record"
)

// Spare is how much longer than by the options' clock Redis keeps everything
// under [Options.ForTests].
const Spare = time.Hour

// ForTests returns options for tests of behaviour, not of time: on a machine
// that does much else an answer may take long, and what ends by a clock that is
// moved by hand must not be removed before.
func (o Options) ForTests() Options {
	o.budget = &budget{dial: 5 * time.Second, io: 10 * time.Second, pool: 10 * time.Second, patience: 20 * time.Second}
	if o.Now != nil {
		o.spare = Spare
	}
	o.still = true
	return o
}

// Beat has the store do what it does every few seconds; under [Options.ForTests] it
// does nothing by itself.
func (s *Store) Beat(ctx context.Context) error { return s.beat(ctx, slog.New(slog.DiscardHandler)) }

// How long a sign of life counts, and all must be able to read a format.
const (
	BeatLife   = beatLife
	RaiseAfter = raiseAfter
)

// WithHook lets hook see every command.
func (o Options) WithHook(hook redis.Hook) Options {
	o.hook = hook
	return o
}

// DescribeURL tells how a URL is read.
func DescribeURL(url string) string {
	t, err := parseURL(url)
	if err != nil {
		return "error: " + err.Error()
	}
	text := map[kind]string{single: "one", sentinel: "sentinels of " + t.master, cluster: "cluster"}[t.kind]
	text += fmt.Sprintf(" %v db %d wait %d", t.addrs, t.db, t.wait.Replicas)
	if t.tls != nil {
		text += " tls"
	}
	if t.password != "" {
		text += " as " + t.user + " with a password"
	}
	return text
}

// DecodeAnything reads a value in every way there is.
func DecodeAnything(field, value string) {
	s := &Store{newest: record.Newest}
	_, _ = s.decodeStored(field, value)
	_, _ = s.decodeLetter(value)
	_, _ = s.decodeDead(field, value)
	_, _ = graveShard(field)
	_, _, _ = nameOf(field)
}

// ShardOfKey reads a key under a prefix.
func ShardOfKey(key, head string) (int, bool) {
	k, ok := parseKey(key, head)
	return k.shard, ok
}

// KeySlot returns the slot of a shard's keys in a Cluster.
func KeySlot(shard int) int { return slotOf(tag(shard)) }

// KeyOf returns a key of a shard.
func KeyOf(shard int) string { return keys{"dt"}.shard(shard) + "x" }
