package record_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

const trace = "0123456789abcdef0123456789abcdef"

var (
	wild   = bot.ChatID{Channel: "zalo-oa", Bot: "{main}", Chat: "a\x00b\n:{}\xff"}
	letter = record.Letter{
		ID: "00ff", From: wild, At: noon, Attempts: 3,
		Letter: bot.Letter{To: bot.ChatID{Channel: "telegram", Bot: "main", Chat: "-100\xfe"}, Replies: []bot.Reply{{Kind: bot.ReplyNotice, Text: "Có câu hỏi mới"}}, Trace: trace},
	}
	underway = record.Delivery{
		Chat: wild, Seq: 7, Reply: bot.Reply{Text: "x"}, Priority: record.PriorityReceipt, Collapse: "k\xff",
		Guard: record.Guard{Code: "017123456", Epoch: 1 << 60}, Ref: []byte{0, 1}, Trace: trace, At: noon, Expires: noon.Add(time.Hour),
		Attempts: 9, Lapses: 2, Sent: 300, Note: []byte("upload-1"),
	}
	someCase = record.Case{Code: "017123456", Chat: wild, Epoch: 5, Due: noon, Ends: noon.Add(time.Hour), Data: []byte{0, 255}}
)

func TestEverythingGoesThroughItsEncoding(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		want any
		turn func() (any, error)
	}{
		"delivery under way": {underway, func() (any, error) {
			return turn(underway, record.Newest.EncodeDelivery, record.DecodeDelivery)
		}},
		"case": {someCase, func() (any, error) { return turn(someCase, record.Newest.EncodeCase, record.DecodeCase) }},
		"case never due": {record.Case{Code: "017123", Ends: noon}, func() (any, error) {
			return turn(record.Case{Code: "017123", Ends: noon}, record.Newest.EncodeCase, record.DecodeCase)
		}},
		"letter": {letter, func() (any, error) { return turn(letter, record.Newest.EncodeLetter, record.DecodeLetter) }},
		"dead delivery": {record.Dead{ID: "a-1", Delivery: underway, Reason: record.ReasonLapsed, At: noon}, func() (any, error) {
			return turn(record.Dead{ID: "a-1", Delivery: underway, Reason: record.ReasonLapsed, At: noon}, record.Newest.EncodeDead, record.DecodeDead)
		}},
		"dead letter": {record.Dead{ID: "a-2", Letter: letter, Reason: record.ReasonPoison, At: noon}, func() (any, error) {
			return turn(record.Dead{ID: "a-2", Letter: letter, Reason: record.ReasonPoison, At: noon}, record.Newest.EncodeDead, record.DecodeDead)
		}},
	} {
		got, err := test.turn()
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, test.want)
		}
	}
}

func turn[T any](v T, encode func(T) ([]byte, error), decode func([]byte) (T, error)) (T, error) {
	b, err := encode(v)
	if err != nil {
		return v, err
	}
	return decode(b)
}

// What an engine reads in place stands where the layout says.
func TestTheFlatPartOfADelivery(t *testing.T) {
	t.Parallel()
	b, err := record.Newest.EncodeDelivery(underway)
	if err != nil {
		t.Fatal(err)
	}
	if b[10] != 9 || b[11] != 2 || b[12] != 1 || b[13] != 44 || b[14] != 9 || string(b[15:24]) != "017123456" {
		t.Errorf("got % x", b[:40])
	}
}

// What the format before cannot say is left out of it; all else is the same, so that
// a program of then reads it.
func TestTheFormatBeforeHasNoTrace(t *testing.T) {
	t.Parallel()
	before := record.Newest - 1
	d, err := before.EncodeDelivery(underway)
	if err != nil || d[0] != byte(before) || bytes.Contains(d, []byte("trace")) {
		t.Errorf("EncodeDelivery = %q, %v", d, err)
	}
	want := underway
	want.Trace = ""
	if got, err := record.DecodeDelivery(d); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	l, err := before.EncodeLetter(letter)
	if err != nil || l[0] != byte(before) || bytes.Contains(l, []byte("trace")) || letter.Letter.Trace == "" {
		t.Errorf("EncodeLetter = %q, %v", l, err)
	}
	for name, b := range map[string][]byte{"delivery": d, "letter": l} {
		if err := before.Reads(b); err != nil {
			t.Errorf("%s: the program of before does not read it: %v", name, err)
		}
	}
	if err := before.Reads(record.Newest.EncodeChat(record.Chat{})); !errors.Is(err, record.ErrVersion) {
		t.Errorf("the program of before reads today's: %v", err)
	}
}

func TestCodesTellTheirShard(t *testing.T) {
	t.Parallel()
	name := record.NewNames(make([]byte, record.KeySize)).Chat(wild)
	if shard, ok := record.CodeShard(name.CodePrefix() + "12345"); !ok || shard != name.Shard() {
		t.Errorf("code of shard %d tells %d, %v", name.Shard(), shard, ok)
	}
	for _, code := range []string{"", "017", "256123", "01x456", "-17123", "0171234567890123456789012345678901234567890"} {
		if shard, ok := record.CodeShard(code); ok {
			t.Errorf("%q is taken for a code of shard %d", code, shard)
		}
	}
}

func FuzzDecodeCase(f *testing.F) {
	fuzzDecoder(f, someCase, record.Newest.EncodeCase, record.DecodeCase)
}

func FuzzDecodeLetter(f *testing.F) {
	fuzzDecoder(f, letter, record.Newest.EncodeLetter, record.DecodeLetter)
}

func FuzzDecodeDead(f *testing.F) {
	fuzzDecoder(f, record.Dead{ID: "a", Letter: letter, Reason: "x", At: noon}, record.Newest.EncodeDead, record.DecodeDead)
}

// fuzzDecoder checks that a decoder takes no bytes that it could not have
// written, and tells the others apart by the package's errors.
func fuzzDecoder[T any](f *testing.F, seed T, encode func(T) ([]byte, error), decode func([]byte) (T, error)) {
	b, err := encode(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decode(b)
		if err != nil {
			if !errors.Is(err, record.ErrCorrupt) && !errors.Is(err, record.ErrVersion) {
				t.Errorf("got %v", err)
			}
			return
		}
		// No list and an empty one are the same to whoever reads them.
		want, err := encode(v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode(want)
		if err != nil {
			t.Fatalf("%+v is not read again: %v", v, err)
		}
		if got, err := encode(again); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%+v comes back as %+v, %v", v, again, err)
		}
	})
}
