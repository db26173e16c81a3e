package redisstore

import (
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
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
	return o
}

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
	_, _ = decodeStored(field, value)
	_, _ = decodeLetter(value)
	_, _ = decodeDead(field, value)
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
