package redisstore

import (
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
