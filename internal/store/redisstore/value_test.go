package redisstore_test

import (
	"testing"

	"github.com/doithoai/doithoai/internal/store/redisstore"
)

// Whatever another hand has put into Redis is an error, never a panic.
func FuzzStoredValues(f *testing.F) {
	f.Add("1000000000001000000000001", "\x00\x00\x00\x00\x00\x00\x00\x01\x02")
	f.Add("t0000000000011000000000001000000000001collapse", "12345678{}")
	f.Add("d", "d12345678\x01r\x00")
	f.Add("t", "")
	f.Fuzz(func(_ *testing.T, field, value string) { redisstore.DecodeAnything(field, value) })
}

// What Redis answers is another machine's word.
func FuzzAnswers(f *testing.F) {
	f.Add("dt:{s017}:c:0123456789abcdef", "dt:{s")
	f.Add("dt:{s", "dt:{s")
	f.Fuzz(func(t *testing.T, key, head string) {
		shard, ok := redisstore.ShardOfKey(key, head)
		if ok && (shard < 0 || shard > 255) {
			t.Errorf("key %q lies in shard %d", key, shard)
		}
	})
}
