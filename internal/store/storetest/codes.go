package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

func codeTests() []test {
	return []test{
		{name: "ACodeBelongsToOneChat", run: codeTaken},
		{name: "ACodeTellsTheShard", run: codeShard},
	}
}

// names returns the names of the engine's store, as a backup carries them.
func names(t failer, e *Engine) record.Names {
	t.Helper()
	enough := errors.New("enough")
	var key []byte
	err := e.Export(t.Context(), func(i record.Item) error {
		if i.Kind != record.ItemKey || len(i.Value) != record.KeySize {
			t.Fatalf("Export begins with %q of %d bytes, want the key", i.Kind, len(i.Value))
		}
		key = bytes.Clone(i.Value)
		return enough
	})
	if !errors.Is(err, enough) {
		t.Fatalf("Export = %v, want the error of show", err)
	}
	return record.NewNames(key)
}

// code returns the n-th code that a case of chat may have.
func code(t testing.TB, e *Engine, chat bot.ChatID, n int) string {
	t.Helper()
	return names(t, e).Chat(chat).CodePrefix() + fmt.Sprintf("%04d", n)
}

// neighbour returns another chat in the shard of chat.
func neighbour(names record.Names, chat bot.ChatID) bot.ChatID {
	for i := 0; ; i++ { // one in 256 is
		other := sent(fmt.Sprint("{n}", i))
		if names.Chat(other).Shard() == names.Chat(chat).Shard() {
			return other
		}
	}
}

// neighbours returns two chats of one shard.
func neighbours(t testing.TB, e *Engine) (a, b bot.ChatID) {
	t.Helper()
	return chatS, neighbour(names(t, e), chatS)
}

func sameCase(a, b record.Case) bool {
	return a.Code == b.Code && a.Chat == b.Chat && a.Epoch == b.Epoch && a.Due.Equal(b.Due) && a.Ends.Equal(b.Ends) && bytes.Equal(a.Data, b.Data)
}

// wantCases checks what Load and FindCase show of the cases of a chat.
func wantCases(t testing.TB, e *Engine, chat bot.ChatID, want ...record.Case) {
	t.Helper()
	got := load(t, e, chat).Cases
	if !slices.EqualFunc(got, want, sameCase) {
		t.Errorf("Load has the cases %+v, want %+v", got, want)
	}
	for _, c := range want {
		if found, err := e.FindCase(t.Context(), c.Code); err != nil || !sameCase(found, c) {
			t.Errorf("FindCase = %+v, %v, want %+v", found, err, c)
		}
	}
}

func wantNoCase(t testing.TB, e *Engine, code string) {
	t.Helper()
	if got, err := e.FindCase(t.Context(), code); !errors.Is(err, delivery.ErrNotFound) {
		t.Errorf("FindCase of %s = %+v, %v, want ErrNotFound", code, got, err)
	}
}

func codeTaken(t *testing.T, e *Engine) {
	one, two := neighbours(t, e)
	w, v := pushing(t, e, one), pushing(t, e, two)
	c := open(e, code(t, e, one, 1))
	w.save(opens(c))
	before := load(t, e, two)
	s := v.next(opens(c))
	s.Cases = append(opens(open(e, code(t, e, two, 2))).Cases, s.Cases...)
	s.Out, s.State, s.Day, s.Counts, s.Letters = replies("x"), []byte("x"), day, []string{"x"}, letters(one, "x")
	if got := save(t, e, s); got.Outcome != record.CodeTaken {
		t.Errorf("Save = %+v, want the code taken", got)
	}
	if got := load(t, e, two); !reflect.DeepEqual(got, before) {
		t.Errorf("Load = %+v, want nothing changed", got)
	}
	wantNoCase(t, e, code(t, e, two, 2))
	if ds, cs, ws := pending(t, e, two), counts(t, e, day), work(t, e, 9); len(ds)+len(cs)+len(ws) != 0 {
		t.Errorf("a save that did not happen left %v, %v, %v", ds, cs, ws)
	}
	// Seen and revision are looked at first.
	if got := save(t, e, record.Save{Chat: two, Revision: 8, Update: "y", Cases: opens(c).Cases}); got.Outcome != record.Conflict {
		t.Errorf("Save = %+v, want a conflict", got)
	}
	// The update is not taken: decided again with another code it is done.
	s.Cases = opens(open(e, code(t, e, two, 3))).Cases
	mustSave(t, e, s)
	w.save(removes(c.Code))
	if got := save(t, e, record.Save{Chat: two, Revision: 1, Update: "z", Cases: opens(c).Cases}); got.Outcome != record.Done {
		t.Errorf("Save = %+v with a code that is free again", got)
	}
	c.Chat = two
	if got, err := e.FindCase(t.Context(), c.Code); err != nil || !sameCase(got, c) {
		t.Errorf("FindCase = %+v, %v", got, err)
	}
}

func codeShard(t *testing.T, e *Engine) {
	shard := names(t, e).Chat(chatS).Shard()
	for _, bad := range []string{fmt.Sprintf("%03d0001", shard+1), fmt.Sprintf("%03d0001", 999), fmt.Sprintf("%03d", shard), fmt.Sprintf("%03d00a1", shard), ""} {
		s := opens(open(e, bad))
		s.Chat, s.Update = chatS, "1"
		if got, err := e.Save(t.Context(), s); !errors.Is(err, record.ErrInvalid) {
			t.Errorf("Save with the code %q = %+v, %v, want ErrInvalid", bad, got, err)
		}
	}
	if got := load(t, e, chatS); got.Revision != 0 {
		t.Errorf("Load = %+v, want nothing saved", got)
	}
}
