package redisstore

import (
	"context"
	"strconv"
	"strings"

	"github.com/doithoai/doithoai/internal/record"
)

// scanCount is how many keys Redis looks at in one step of a walk.
const scanCount = 500

// walk shows the keys of each shard, some at a time and perhaps more than once, in
// no order. Keys of the house are not among them. What is written or removed
// meanwhile may be shown or not.
func (s *Store) walk(ctx context.Context, show func(found []foundKey) error) error {
	head := s.keys.prefix + ":{s"
	for _, n := range s.layout.Load().masters() {
		for cursor := "0"; ; {
			c := &call{at: n, args: []any{"scan", cursor, "match", escape(head) + "*", "count", scanCount}}
			if err := s.do(ctx, c); err != nil {
				return err
			}
			answer, _ := c.value.([]any)
			if len(answer) != 2 {
				return record.ErrCorrupt
			}
			var found []foundKey
			for _, key := range texts(answer[1]) {
				if k, ok := parseKey(key, head); ok {
					found = append(found, k)
				}
			}
			if err := show(found); err != nil {
				return err
			}
			if cursor = text(answer[0]); cursor == "0" {
				break
			}
		}
	}
	return nil
}

// foundKey is a key as keys.go tells it.
type foundKey struct {
	key   string
	shard int
	kind  string // what stands before the colon
	rest  string // and behind it
}

func parseKey(key, head string) (foundKey, bool) {
	tail, ours := strings.CutPrefix(key, head)
	number, tail, closed := strings.Cut(tail, "}:")
	shard, err := strconv.Atoi(number)
	if !ours || !closed || err != nil || shard < 0 || shard >= record.Shards {
		return foundKey{}, false
	}
	kind, rest, _ := strings.Cut(tail, ":")
	return foundKey{key, shard, kind, rest}, true
}

// escape makes a text match itself alone.
func escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if strings.IndexByte(`*?[]^-\`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}
