package redisstore_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/redisstore"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// mostMemory is what an idle conversation with ten marks may cost Redis, in bytes.
const mostMemory = 850

// conversation is what the engine remembers after it was asked about the health
// insurance of a near-poor household and then which papers that takes.
const conversation = `{"updated_at":"2026-11-21T09:00:00Z","frame":{"entry":"bhyt-ho-can-ngheo","near":[{"id":"bhyt-ho-can-ngheo","score":0.9903}],
"slots":{"ai":["cận nghèo"]}},"shown":["papers"],"list":[{"label":"Nộp ở đâu","action":"f:where:bhyt-ho-can-ngheo"},
{"label":"Cách làm","action":"f:how:bhyt-ho-can-ngheo"},{"label":"Chưa đúng ý tôi","action":"chua-dung"}],"last_hash":7467750857522343166,"introduced":true}`

// One chat lives through ten messages; what is left of it is then there four
// thousand times over.
func TestMemoryOfAConversation(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	client := server.Client(t)
	tenMessages(t, s)
	keys := allKeys(t, client)
	if len(keys) != 3 { // and two of the house
		t.Fatalf("an idle conversation leaves %q, want one key", keys)
	}
	var key string
	for _, key = range keys {
		if !strings.HasPrefix(key, "dt:{house}") {
			break
		}
	}
	value, err1 := client.Get(t.Context(), key).Bytes()
	left, err2 := client.PTTL(t.Context(), key).Result()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}

	const chats = 4000
	before := usedMemory(t, client)
	_, err := client.Pipelined(t.Context(), func(p redis.Pipeliner) error {
		for range chats {
			var name record.Name
			_, _ = rand.Read(name[:])
			p.Set(t.Context(), fmt.Sprintf("dt:{s%03d}:c:%s", name.Shard(), name[:]), value, left)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	each := (usedMemory(t, client) - before) / chats
	t.Logf("%d bytes a conversation, of which %d are its value", each, len(value))
	if each > mostMemory {
		t.Errorf("an idle conversation costs %d bytes, want at most %d", each, mostMemory)
	}
}

// mostWindow is what it may cost beside a conversation to know when the chat
// wrote last, on a channel with a window.
const mostWindow = 250

func TestMemoryOfAWindow(t *testing.T) {
	t.Parallel()
	server := redistest.Single(t)
	s := mustOpen(t, server.URL(), redisstore.Options{}.ForTests())
	client := server.Client(t)
	save := func(chat string) {
		t.Helper()
		saved, err := s.Save(t.Context(), record.Save{
			Chat: bot.ChatID{Channel: "zalo-oa", Bot: "main", Chat: chat}, Update: "u", Out: []record.Outgoing{{Reply: bot.Reply{Text: "an answer"}}},
			Way: record.Way{Push: true, Lease: true, Inbound: true, Window: record.Window{Free: 48 * time.Hour, FreeMessages: 8, Total: 7 * 24 * time.Hour}},
		})
		if err != nil || saved.Lease == nil {
			t.Fatalf("Save = %+v, %v", saved, err)
		}
		if _, err := s.Settle(t.Context(), *saved.Lease, record.Settlement{Result: record.Sent, Providers: []string{"m"}}); err != nil {
			t.Fatal(err)
		}
	}
	save("someone")
	if keys := allKeys(t, client); len(keys) != 4 { // two of the house, the chat, its window
		t.Fatalf("an idle conversation leaves %q, want two keys", keys)
	}
	const chats = 2000
	for n := range chats {
		save(fmt.Sprint(n))
	}
	with := usedMemory(t, client)
	keys, err := client.Keys(t.Context(), "*:{s???}:q:*").Result()
	if err != nil || len(keys) != chats+1 {
		t.Fatalf("%d windows, %v", len(keys), err)
	}
	if err := client.Del(t.Context(), keys...).Err(); err != nil {
		t.Fatal(err)
	}
	each := (with - usedMemory(t, client)) / len(keys)
	t.Logf("%d bytes a window", each)
	if each > mostWindow {
		t.Errorf("a window costs %d bytes, want at most %d", each, mostWindow)
	}
}

// tenMessages is a conversation of ten answers, all sent.
func tenMessages(t *testing.T, s *redisstore.Store) {
	t.Helper()
	var c bot.Conversation
	if err := json.Unmarshal([]byte(conversation), &c); err != nil {
		t.Fatal(err)
	}
	state, err := record.EncodeConversation(c)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 10 {
		saved, err := s.Save(t.Context(), record.Save{
			Chat: someone, Revision: uint64(n), Update: fmt.Sprint("update ", n), State: state,
			Out: []record.Outgoing{{Reply: bot.Reply{Text: "an answer"}}}, Way: record.Way{Push: true, Lease: true, Inbound: true},
		})
		if err != nil || saved.Lease == nil {
			t.Fatalf("Save = %+v, %v", saved, err)
		}
		if _, err := s.Settle(t.Context(), *saved.Lease, record.Settlement{Result: record.Sent}); err != nil {
			t.Fatal(err)
		}
	}
}

func usedMemory(t *testing.T, c *redis.Client) int {
	t.Helper()
	info, err := c.Info(t.Context(), "memory").Result()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "used_memory:")
	number, _, _ := strings.Cut(rest, "\r\n")
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatalf("Redis tells no used_memory: %v", err)
	}
	return n
}
