package redisstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
	"github.com/doithoai/doithoai/internal/store/storetest"
)

// Before a format is raised, the program of then writes what the next one is held
// to: go test ./internal/store/redisstore -run Past -past testdata/format-N.jsonl
var writePast = flag.String("past", "", "write the keys of a store of today's format to this file")

// atTime opens a store whose clock stands.
func atTime(now time.Time) redisstore.Options {
	return redisstore.Options{Now: func() time.Time { return now }}.ForTests()
}

func TestWritePast(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), atTime(storetest.PastNow()))
	storetest.FillPast(t, s)
	if *writePast != "" {
		dumpKeys(t, server.Client(t), *writePast)
	}
	s = mustOpen(t, server.URL(), atTime(storetest.PastNow().Add(time.Minute)))
	storetest.LivePast(t, s)
}

// keptKey is one key as it stands in a file of the past.
type keptKey struct {
	Key    []byte        `json:"key"`
	Type   string        `json:"type"`
	Left   time.Duration `json:"left,omitempty"` // until its end; 0 for never
	Fields []keptField   `json:"fields"`
}

type keptField struct {
	Name  []byte  `json:"name,omitempty"` // of a hash's field, a sorted set's member
	Value []byte  `json:"value,omitempty"`
	Score float64 `json:"score,omitempty"`
}

// dumpKeys writes all keys of a server.
func dumpKeys(t *testing.T, c *redis.Client, to string) {
	t.Helper()
	var file bytes.Buffer
	for _, key := range allKeys(t, c) {
		if err := json.NewEncoder(&file).Encode(keep(t, c, key)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(to, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func keep(t *testing.T, c *redis.Client, key string) keptKey {
	t.Helper()
	kind, err := c.Type(t.Context(), key).Result()
	if err != nil {
		t.Fatal(err)
	}
	k := keptKey{Key: []byte(key), Type: kind, Left: max(0, c.PTTL(t.Context(), key).Val())}
	if kind == "zset" {
		for _, z := range c.ZRangeWithScores(t.Context(), key, 0, -1).Val() {
			k.Fields = append(k.Fields, keptField{Name: []byte(z.Member.(string)), Score: z.Score})
		}
		return k
	}
	fields, err := read(t.Context(), c, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		k.Fields = append(k.Fields, keptField{Name: []byte(name), Value: []byte(value)})
	}
	return k
}

// bringBack writes the keys of a file of the past to a server.
func bringBack(t *testing.T, c *redis.Client, from string) {
	t.Helper()
	file, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		var k keptKey
		if err := json.Unmarshal([]byte(line), &k); err != nil {
			t.Fatal(err)
		}
		if err := k.write(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

func (k keptKey) write(ctx context.Context, c *redis.Client) error {
	key := string(k.Key)
	for _, f := range k.Fields {
		var err error
		switch k.Type {
		case "string":
			err = c.Set(ctx, key, f.Value, 0).Err()
		case "hash":
			err = c.HSet(ctx, key, string(f.Name), f.Value).Err()
		case "zset":
			err = c.ZAdd(ctx, key, redis.Z{Member: string(f.Name), Score: f.Score}).Err()
		}
		if err != nil {
			return err
		}
	}
	if k.Left == 0 {
		return nil
	}
	return c.PExpire(ctx, key, k.Left).Err()
}
