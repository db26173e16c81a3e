package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

func valueTests() []test {
	return []test{
		{name: "AValueIsSwappedForWhatItWas", run: swaps},
		{name: "AValueStays", run: valueStays},
		{name: "AValueIsNotShared", run: valueIsACopy},
		{name: "AValueThatIsTooLongIsRefused", run: valueTooLong},
		{name: "ANothingLeavesNothing", run: valueLeavesNothing},
		{name: "SwapsRace", run: swapsRace},
		{name: "SwapsAddUp", run: swapsAddUp},
		{name: "ABackupHoldsNoValue", run: valueNotInBackup},
	}
}

// swap is a Swap of texts; none is nothing.
func swap(t testing.TB, e *Engine, name, old, next string) bool {
	t.Helper()
	swapped, err := e.Swap(t.Context(), name, kept(old), kept(next))
	if err != nil {
		t.Fatalf("Swap: %v", err)
	}
	return swapped
}

func kept(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(text)
}

func wantSwapped(t testing.TB, e *Engine, name, old, next string) {
	t.Helper()
	if !swap(t, e, name, old, next) {
		t.Errorf("Swap of %.20q from %.20q was refused", name, old)
	}
	wantValue(t, e, name, next)
}

func wantValue(t testing.TB, e *Engine, name, want string) {
	t.Helper()
	got, err := e.Value(t.Context(), name)
	if err != nil {
		t.Fatalf("Value: %v", err)
	}
	if string(got) != want || want == "" && got != nil {
		t.Errorf("Value of %.20q is %.20q (nil: %v), want %.20q", name, got, got == nil, want)
	}
}

func swaps(t *testing.T, e *Engine) {
	full := strings.Repeat("\x00\xffđ", record.MaxKept/4)
	now := ""
	for i, c := range []struct {
		old, next string
		want      bool
	}{
		{"", "", true},
		{"one", "two", false},
		{"one", "", false},
		{"", "one", true},
		{"", "two", false},
		{"", "", false},
		{"on", "two", false},
		{"one ", "two", false},
		{"ONE", "two", false},
		{"one\x00", "two", false},
		{"two", "one", false}, // what it would become is not what it is
		{"two", "", false},
		{"one", "one", true},
		{"one", full, true},
		{full[1:], "two", false},
		{full, "\x00", true},
		{"", "two", false}, // a zero byte is something
		{"\x00", "%s {a} 'x'\r\n", true},
		{"%s {a} 'x'\r\n", "", true},
		{"%s {a} 'x'\r\n", "two", false},
		{"", "again", true},
	} {
		if got := swap(t, e, "token", c.old, c.next); got != c.want {
			t.Fatalf("swap %d: %.20q for %.20q = %v, want %v", i, c.old, c.next, got, c.want)
		}
		if c.want {
			now = c.next
		}
		wantValue(t, e, "token", now)
		wantValue(t, e, "another", "")
	}
	if swapped, err := e.Swap(t.Context(), "empty", []byte{}, []byte{}); !swapped || err != nil {
		t.Errorf("Swap of no bytes for no bytes = %v, %v", swapped, err)
	}
	wantValue(t, e, "empty", "")
}

func valueStays(t *testing.T, e *Engine) {
	wantSwapped(t, e, "token", "", "one")
	wantSwapped(t, e, "gone", "", "one")
	wantSwapped(t, e, "gone", "one", "")
	reopen(t, e)
	for i, client := range e.clients() {
		if got, err := client.Value(t.Context(), "token"); string(got) != "one" || err != nil {
			t.Errorf("client %d: Value is %d bytes, %v, want what was kept before", i, len(got), err)
		}
	}
	wantValue(t, e, "gone", "")
	e.Advance(5 * 365 * 24 * time.Hour)
	sweep(t, e)
	wantValue(t, e, "token", "one")
	e.Advance(-10 * 365 * 24 * time.Hour)
	sweep(t, e)
	wantValue(t, e, "token", "one")
	wantSwapped(t, e, "token", "one", "two")
	wantSwapped(t, e, "gone", "", "two")
}

func valueIsACopy(t *testing.T, e *Engine) {
	next := []byte("one")
	if swapped, err := e.Swap(t.Context(), "token", nil, next); !swapped || err != nil {
		t.Fatalf("Swap = %v, %v", swapped, err)
	}
	copy(next, "xxx")
	got, err := e.Value(t.Context(), "token")
	if err != nil || string(got) != "one" {
		t.Fatalf("Value is %q, %v", got, err)
	}
	copy(got, "yyy")
	wantValue(t, e, "token", "one")
}

func valueTooLong(t *testing.T, e *Engine) {
	const secret = "khoá-của-tài-khoản"
	long := []byte(strings.Repeat(secret, record.MaxKept/len(secret)+1))
	for _, old := range []string{"", "one"} {
		swapped, err := e.Swap(t.Context(), secret, kept(old), long)
		if swapped || !errors.Is(err, record.ErrInvalid) || strings.Contains(err.Error(), secret) {
			t.Errorf("Swap for %d bytes = %v, %v, want ErrInvalid that quotes nothing", len(long), swapped, err)
		}
		wantValue(t, e, secret, old)
		if old == "" {
			wantSwapped(t, e, secret, "", "one")
		}
	}
	if swap(t, e, secret, string(long), "two") {
		t.Error("Swap from what is too long to be kept took place")
	}
	wantSwapped(t, e, secret, "one", string(long[:record.MaxKept]))
}

func valueLeavesNothing(t *testing.T, e *Engine) {
	empty := stored(t, e)
	wantSwapped(t, e, "token", "", "one")
	if maps.Equal(stored(t, e), empty) {
		t.Fatal("the value is nowhere")
	}
	wantSwapped(t, e, "token", "one", "two")
	noneHolds(t, e, "one")
	wantSwapped(t, e, "token", "two", "")
	noneHolds(t, e, "two")
	e.Advance(time.Minute) // for a mark that tells one swap from another
	sweep(t, e)
	if left := stored(t, e); !maps.Equal(left, empty) {
		t.Errorf("a value swapped for nothing left %d keys, want %d", len(left), len(empty))
	}
}

func swapsRace(t *testing.T, e *Engine) {
	clients := e.clients()
	now := ""
	for round, next := range []func(i int) string{
		func(i int) string { return fmt.Sprint("value ", i) },
		func(i int) string { return fmt.Sprint("another ", i) },
		func(int) string { return "the same" },
		func(int) string { return "" },
		func(int) string { return "the same" },
	} {
		var winners atomic.Int64
		var winner atomic.Value
		var callers sync.WaitGroup
		for i := range 16 {
			callers.Go(func() {
				swapped, err := clients[i%len(clients)].Swap(t.Context(), "token", kept(now), kept(next(i)))
				if err != nil {
					t.Errorf("Swap: %v", err)
				}
				if swapped {
					winners.Add(1)
					winner.Store(next(i))
				}
			})
		}
		callers.Wait()
		if winners.Load() != 1 {
			t.Fatalf("round %d: %d of 16 swaps took place, want one", round, winners.Load())
		}
		now = winner.Load().(string)
		wantValue(t, e, "token", now)
	}
}

// swapsAddUp has everybody count up one value.
func swapsAddUp(t *testing.T, e *Engine) {
	const counters, times = 4, 15
	clients := e.clients()
	var callers sync.WaitGroup
	for i := range counters {
		callers.Go(func() {
			for done := 0; done < times; {
				old, err := clients[i%len(clients)].Value(t.Context(), "n")
				n, _ := strconv.Atoi(string(old)) // nothing is zero
				swapped, errSwap := clients[i%len(clients)].Swap(t.Context(), "n", old, strconv.AppendInt(nil, int64(n+1), 10))
				if err = errors.Join(err, errSwap); err != nil {
					t.Errorf("count up: %v", err)
					return
				}
				if swapped {
					done++
				}
			}
		})
	}
	callers.Wait()
	wantValue(t, e, "n", strconv.Itoa(counters*times))
}

func valueNotInBackup(t *testing.T, e *Engine) {
	const secret = "khoá-của-tài-khoản"
	wantSwapped(t, e, "token", "", secret)
	wantHeld(t, e, "poll", secret, time.Hour)
	mustSave(t, e, record.Save{Chat: chatA, Update: "1", State: []byte("one")})
	items := export(t, e)
	if len(items) != 2 {
		t.Errorf("Export shows %d items, want the key and a chat", len(items))
	}
	for _, i := range items {
		if bytes.Contains(i.Value, []byte(secret)) || bytes.Contains(i.Counter, []byte(secret)) {
			t.Errorf("an item of the kind %q holds what is secret", i.Kind)
		}
	}

	// What the target holds and keeps does not make it one that holds something,
	// and it is its own: newer than any backup.
	to := e.fresh()
	wantSwapped(t, to, "token", "", "of the target")
	wantHeld(t, to, "poll", "target", time.Hour)
	if err := to.Import(t.Context(), each(items)); err != nil {
		t.Fatalf("Import into a store that holds a lease and a value alone: %v", err)
	}
	reopen(t, to)
	if got := load(t, to, chatA); got.Revision != 1 {
		t.Errorf("Load = %+v", got)
	}
	wantValue(t, to, "token", "of the target")
	wantRefused(t, to, "poll", secret)
	to.Advance(time.Hour)
	sweep(t, to)
	wantHeld(t, to, "poll", secret, time.Hour)
}
