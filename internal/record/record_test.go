package record_test

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestChatGoesThroughItsEncoding(t *testing.T) {
	t.Parallel()
	for name, chat := range map[string]record.Chat{
		"zero":  {},
		"state": {Revision: 3, LastSeq: 9, State: []byte("{}")},
		"marks": {Revision: 1<<64 - 1, Seen: record.Seen{{Mark: record.Mark{1}, At: 7}, {At: 1<<32 - 1}}},
		"all":   {Revision: 1, LastSeq: 2, Seen: record.Seen{{At: 1}}, State: bytes.Repeat([]byte{0}, 1<<20)},
	} {
		got, err := record.DecodeChat(record.Newest.EncodeChat(chat))
		if err != nil || !reflect.DeepEqual(got, chat) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, chat)
		}
	}
}

func TestDecodersRefuse(t *testing.T) {
	t.Parallel()
	chat := record.Newest.EncodeChat(record.Chat{Seen: record.Seen{{At: 1}}})
	newer := func(b []byte) []byte { b = slices.Clone(b); b[0] = byte(record.Newest) + 1; return b }
	for name, test := range map[string]struct {
		in   []byte
		want error
	}{
		"nothing":      {nil, record.ErrCorrupt},
		"version 0":    {[]byte{0, 1, 2}, record.ErrVersion},
		"next version": {newer(chat), record.ErrVersion},
		"torn header":  {chat[:10], record.ErrCorrupt},
		"torn marks":   {chat[:len(chat)-1], record.ErrCorrupt},
	} {
		if _, err := record.DecodeChat(test.in); !errors.Is(err, test.want) {
			t.Errorf("DecodeChat of %s: got %v, want %v", name, err, test.want)
		}
	}
	if _, err := record.DecodeDelivery([]byte("\x02{")); !errors.Is(err, record.ErrCorrupt) {
		t.Errorf("DecodeDelivery of torn JSON: got %v", err)
	}
	if _, err := record.DecodeConversation([]byte("\x03{}")); !errors.Is(err, record.ErrVersion) {
		t.Errorf("DecodeConversation of the next version: got %v", err)
	}
	if _, err := record.DecodeConversation([]byte("\x02{\"updated_at\":\"0912345678\"}")); !errors.Is(err, record.ErrCorrupt) || strings.Contains(err.Error(), "0912") {
		t.Errorf("DecodeConversation of nonsense: got %v, want it refused without quoting", err)
	}
}

func TestDeliveryGoesThroughItsEncoding(t *testing.T) {
	t.Parallel()
	want := record.Delivery{
		Chat:  bot.ChatID{Channel: "web", Bot: "{main}", Chat: "a\x00b\n:{}\xff"},
		Seq:   1 << 60,
		Reply: bot.Reply{Kind: bot.ReplyAnswer, Text: "Dạ, có.\n\nHết.", Buttons: []bot.Button{{Label: "Gặp cán bộ", Payload: "v1|human"}}, Entry: "bhyt", Version: "1"},
		At:    noon, Expires: noon.Add(record.KeepDelivery),
	}
	b, err := record.Newest.EncodeDelivery(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.DecodeDelivery(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestConversationGoesThroughItsEncoding(t *testing.T) {
	t.Parallel()
	want := bot.Conversation{UpdatedAt: noon.Add(123456789)}
	state, err := record.EncodeConversation(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.DecodeConversation(state)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if got, err := record.DecodeConversation(nil); err != nil || !reflect.DeepEqual(got, bot.Conversation{}) {
		t.Errorf("DecodeConversation(nil) = %+v, %v", got, err)
	}
}

// A number typed in place of a button does what stands in the list; a code of a
// case is no number that identifies a person.
func TestCodesOfCasesAreNotMasked(t *testing.T) {
	t.Parallel()
	want := bot.Conversation{
		List:    []bot.Option{{Label: "Rõ rồi", Action: "c:ro:912345678"}, {Label: "Chưa rõ", Action: "c:chua:912345678"}},
		Telling: "912345678", Lately: "312345678",
	}
	state, err := record.EncodeConversation(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := record.DecodeConversation(state); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	state, err = record.EncodeConversation(bot.Conversation{Question: "gọi 0912345678", Telling: "912345678"})
	if err != nil || strings.Contains(string(state), "0912345678") {
		t.Errorf("stored %s, %v", state, err)
	}
}

func TestSeenKeepsMarksByTime(t *testing.T) {
	t.Parallel()
	one, two := record.Mark{1}, record.Mark{2}
	seen := record.Seen(nil).Add(one, noon)
	if !seen.Has(one, noon) || seen.Has(two, noon) {
		t.Errorf("right after one was added: %v", seen)
	}
	if !seen.Has(one, noon.Add(record.KeepSeen-time.Second)) || seen.Has(one, noon.Add(record.KeepSeen)) {
		t.Errorf("a mark must be known for exactly %v", record.KeepSeen)
	}
	if got := seen.Add(two, noon.Add(record.KeepSeen)); len(got) != 1 || got[0].Mark != two {
		t.Errorf("adding after %v kept %v", record.KeepSeen, got)
	}
	if got := seen.Add(two, noon.Add(-time.Hour)); !got.Has(one, noon) || got.Has(one, noon.Add(record.KeepSeen-time.Hour)) {
		t.Errorf("a mark from a clock that ran ahead must be pulled back: %v", got)
	}
	for i := range record.SeenLimit + 10 {
		seen = seen.Add(record.Mark{byte(i), byte(i >> 8), 9}, noon)
	}
	if len(seen) != record.SeenLimit || seen.Has(one, noon) {
		t.Errorf("%d marks are kept, want the newest %d", len(seen), record.SeenLimit)
	}
}

func TestNamesTellPartsApart(t *testing.T) {
	t.Parallel()
	names := record.NewNames(bytes.Repeat([]byte{7}, record.KeySize))
	seen := map[record.Name]bot.ChatID{}
	for _, chat := range []bot.ChatID{
		{}, {Channel: "a", Bot: "b", Chat: "c"}, {Channel: "ab", Chat: "c"}, {Channel: "a", Bot: "bc"},
		{Channel: "a/b", Chat: "c"}, {Channel: "a", Bot: "b", Chat: "c\x00"},
	} {
		name := names.Chat(chat)
		if other, ok := seen[name]; ok {
			t.Errorf("%q and %q have one name", chat, other)
		}
		seen[name] = chat
	}
	other := record.NewNames(bytes.Repeat([]byte{8}, record.KeySize))
	if names.Chat(bot.ChatID{}) == other.Chat(bot.ChatID{}) || names.Mark("1") == other.Mark("1") {
		t.Error("two stores share a name")
	}
}

func TestSaveCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", record.MaxReply+1)
	for name, test := range map[string]struct {
		save record.Save
		ok   bool
	}{
		"least":         {record.Save{Update: "1"}, true},
		"counts":        {record.Save{Update: "1", Day: "2026-11-21", Counts: []string{"a"}}, true},
		"no update":     {record.Save{}, false},
		"no day":        {record.Save{Update: "1", Counts: []string{"a"}}, false},
		"day is no day": {record.Save{Update: "1", Day: "2026-11-99", Counts: []string{"a"}}, false},
		"empty counter": {record.Save{Update: "1", Day: "2026-11-21", Counts: []string{""}}, false},
		"long counter":  {record.Save{Update: "1", Day: "2026-11-21", Counts: []string{long}}, false},
		"long state":    {record.Save{Update: "1", State: make([]byte, record.MaxState+1)}, false},
		"trace":         {record.Save{Update: "1", Out: []record.Outgoing{{Trace: trace}}, Letters: []bot.Letter{{To: wild, Trace: trace}}}, true},
		"no trace":      {record.Save{Update: "1", Out: []record.Outgoing{{Trace: "0912345678"}}}, false},
		"other digits":  {record.Save{Update: "1", Letters: []bot.Letter{{To: wild, Trace: strings.ToUpper(trace)}}}, false},
		"long reply":    {record.Save{Update: "1", Out: []record.Outgoing{{Reply: bot.Reply{Text: long}}}}, false},
	} {
		if err := test.save.Check(); (err == nil) != test.ok || err != nil && !errors.Is(err, record.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzDecodeChat(f *testing.F) {
	b := record.Newest.EncodeChat(record.Chat{Revision: 1, Seen: record.Seen{{At: 1}}, State: []byte("x")})
	f.Add(b)
	older := slices.Clone(b)
	older[0]--
	f.Add(older)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		chat, err := record.DecodeChat(b)
		if err != nil {
			return
		}
		// The version of what was read may be an older one; the rest is the same.
		if got := record.Newest.EncodeChat(chat); !bytes.Equal(got[1:], b[1:]) {
			t.Errorf("%x decoded and encoded gives %x", b, got)
		}
	})
}

func FuzzDecodeDelivery(f *testing.F) {
	b, err := record.Newest.EncodeDelivery(record.Delivery{Seq: 1, Reply: bot.Reply{Text: "x"}, At: noon, Expires: noon})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := record.DecodeDelivery(b)
		if err != nil {
			return
		}
		again, err := record.Newest.EncodeDelivery(d)
		if err != nil {
			return // a year beyond 9999 decodes and does not encode
		}
		if got, err := record.DecodeDelivery(again); err != nil || !reflect.DeepEqual(got, d) {
			t.Errorf("got %+v, %v, want %+v", got, err, d)
		}
	})
}

func FuzzDecodeConversation(f *testing.F) {
	f.Add([]byte("\x01{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := record.DecodeConversation(b)
		if err != nil {
			return
		}
		if _, err := record.EncodeConversation(c); err != nil {
			t.Skip()
		}
	})
}
