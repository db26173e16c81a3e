package spool_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/spool"
)

// rewrite closes the spool, changes its only file and opens it again.
func (b *bench) rewrite(t *testing.T, change func([]byte) []byte) {
	t.Helper()
	b.close(t)
	names := b.files(t)
	if len(names) != 1 {
		t.Fatalf("files %v, want one", names)
	}
	path := filepath.Join(b.dir, names[0])
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open(t)
}

func TestATornTailIsCutOff(t *testing.T) {
	t.Parallel()
	whole, err := spool.Encode(message("a", "torn"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tail := range map[string][]byte{
		"one byte": whole[:1], "half a header": whole[:7], "half a body": whole[:len(whole)/2],
		"all but a byte": whole[:len(whole)-1], "room never written to": make([]byte, 4096),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, spool.Options{})
			b.append(t, message("a", "1"), message("a", "2"))
			before := b.Bytes()
			b.rewrite(t, func(raw []byte) []byte { return append(raw, tail...) })
			if b.Bytes() != before || !strings.Contains(b.log.String(), "torn end") {
				t.Errorf("%d bytes, want %d; log: %s", b.Bytes(), before, b.log)
			}
			b.append(t, message("a", "3"))
			if got := b.replay(t); !slices.Equal(got, []string{"1", "2", "3"}) {
				t.Errorf("replayed %v", got)
			}
			if got := b.files(t); len(got) != 0 {
				t.Errorf("left %v", got)
			}
		})
	}
}

func TestDamageIsSteppedOverAndKept(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func([]byte) []byte{
		"a flipped bit": func(raw []byte) []byte { raw[bytes.Index(raw, []byte("câu 2"))]++; return raw },
		"a wiped page": func(raw []byte) []byte {
			at := bytes.Index(raw, []byte("câu 2"))
			clear(raw[at-20 : at+20])
			return raw
		},
		"a newer record": func(raw []byte) []byte {
			at := bytes.Index(raw, []byte("câu 2"))
			from := bytes.LastIndex(raw[:at], []byte("\xffdt\xfe"))
			to := at + bytes.Index(raw[at:], []byte("\xffdt\xfe"))
			return slices.Concat(raw[:from], spool.Frame("\x02{}"), raw[to:])
		},
		"no JSON": func(raw []byte) []byte {
			at := bytes.Index(raw, []byte("câu 2"))
			from := bytes.LastIndex(raw[:at], []byte("\xffdt\xfe"))
			to := at + bytes.Index(raw[at:], []byte("\xffdt\xfe"))
			return slices.Concat(raw[:from], spool.Frame("\x01{"), raw[to:])
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, spool.Options{})
			b.append(t, message("a", "1"), message("a", "2"), message("a", "3"))
			var damaged []byte
			b.rewrite(t, func(raw []byte) []byte { damaged = change(raw); return damaged })
			if !strings.Contains(b.log.String(), "is damaged") {
				t.Errorf("log: %s", b.log)
			}
			if got := b.replay(t); !slices.Equal(got, []string{"1", "3"}) {
				t.Errorf("replayed %v", got)
			}
			names := b.files(t)
			if !slices.Equal(names, []string{"00000001.damaged"}) || b.Bytes() != 0 {
				t.Fatalf("left %v, %d bytes in use", names, b.Bytes())
			}
			kept, err := os.ReadFile(filepath.Join(b.dir, names[0]))
			if err != nil || !bytes.HasPrefix(kept, damaged) {
				t.Errorf("%v: the damaged file was changed", err)
			}
			b.append(t, message("a", "4"))
			b.reopen(t)
			if got := b.files(t); !slices.Equal(got, []string{"00000001.damaged", "00000002.spool"}) || b.Len() != 1 {
				t.Errorf("then %v with %d messages", got, b.Len())
			}
		})
	}
}

// Damage that comes while the spool is open is met when the message is read.
func TestDamageIsMetWhileReplaying(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	b.append(t, message("a", "1"), message("a", "2"), message("a", "3"))
	path := filepath.Join(b.dir, b.files(t)[0])
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[bytes.Index(raw, []byte("câu 2"))]++
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := b.replay(t); !slices.Equal(got, []string{"1", "3"}) || !b.Empty() {
		t.Errorf("replayed %v, %d left", got, b.Len())
	}
	if got := b.files(t); !slices.Equal(got, []string{"00000001.damaged"}) || !strings.Contains(b.log.String(), "no longer be read") {
		t.Errorf("left %v, log: %s", got, b.log)
	}
}

// Whatever byte is changed, the other messages are found; wherever the file
// ends, everything before is.
func TestEveryByteMayBreak(t *testing.T) {
	t.Parallel()
	var file []byte
	var ends []int
	want := []bot.Message{message("a", "1"), message("b", "2"), message("a", "3")}
	for _, m := range want {
		frame, err := spool.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		file = append(file, frame...)
		ends = append(ends, len(file))
	}
	for at := range file {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			broken := bytes.Clone(file)
			broken[at] ^= flip
			hit := slices.IndexFunc(ends, func(end int) bool { return at < end })
			left := slices.Delete(slices.Clone(want), hit, hit+1)
			got, bad, end := spool.Parse(broken)
			if !reflect.DeepEqual(got, left) || bad == 0 && end == len(file) {
				t.Fatalf("byte %d ^ %#x: %d messages, %d places, end %d of %d", at, flip, len(got), bad, end, len(file))
			}
		}
		whole := slices.IndexFunc(ends, func(end int) bool { return at < end })
		got, bad, end := spool.Parse(file[:at])
		if len(got) != whole || bad != 0 || whole == 0 && end != 0 || whole > 0 && end != ends[whole-1] {
			t.Fatalf("cut at %d: %d messages, want %d; %d places, end %d", at, len(got), whole, bad, end)
		}
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{})
	for n := range 4 {
		b.append(t, message("a", fmt.Sprint(n)))
	}
	l := &list{}
	_ = b.Replay(t.Context(), func(ctx context.Context, m bot.Message) error {
		if len(l.ids) == 1 {
			return errDown
		}
		return l.take(ctx, m)
	}, 1)
	path := filepath.Join(b.dir, b.files(t)[0])
	var got []string
	show := func(m bot.Message) error { got = append(got, m.ID); return nil }
	if err := spool.ReadFile(path, show); err != nil || !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("while in use: %v, %v", got, err)
	}
	if err := spool.ReadFile(path, func(bot.Message) error { return errDown }); !errors.Is(err, errDown) {
		t.Errorf("ReadFile = %v, want what show returned", err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[bytes.Index(raw, []byte("câu 2"))]++
	broken := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(broken, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	got = nil
	if damaged, ok := errors.AsType[*spool.DamagedError](spool.ReadFile(broken, show)); !ok || damaged.Parts != 1 || !slices.Equal(got, []string{"1", "3"}) {
		t.Errorf("damaged: %v, %+v", got, damaged)
	}
	for name, content := range map[string]string{"some other file": "kênh: zalo\n", "zeroes": strings.Repeat("\x00", 100) + "x"} {
		if err := os.WriteFile(broken, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := errors.AsType[*spool.DamagedError](spool.ReadFile(broken, show)); !ok {
			t.Errorf("%s is taken for a spool file", name)
		}
	}
	if err := spool.ReadFile(filepath.Join(b.dir, "none"), show); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ReadFile of nothing = %v", err)
	}
}

// What was set aside has an end too, if the operator says so.
func TestWhatIsAsideIsSwept(t *testing.T) {
	t.Parallel()
	b := newBench(t, spool.Options{KeepAside: time.Hour, Now: time.Now})
	b.close(t)
	for name, age := range map[string]time.Duration{
		"poison-20200101.spool": 2 * time.Hour, "00000007.damaged": 2 * time.Hour,
		"poison-20200102.spool": time.Minute, "00000008.damaged": time.Minute, "notes.txt": 2 * time.Hour,
	} {
		path := filepath.Join(b.dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	b.open(t)
	if got, want := b.files(t), []string{"00000008.damaged", "notes.txt", "poison-20200102.spool"}; !slices.Equal(got, want) {
		t.Errorf("left %v, want %v", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range []bot.Message{message("a", "1"), {Kind: bot.KindPress, Payload: "v1|human"}} {
		frame, err := spool.Encode(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
		f.Add(append(frame, frame[:len(frame)/2]...))
	}
	f.Add(spool.Frame("\x01{\"done\":0}"))
	f.Add(spool.Frame("\x02{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, file := range [][]byte{b, spool.Frame(string(b)), spool.Frame("\x01" + string(b))} {
			messages, bad, end := spool.Parse(file)
			if end < 0 || end > len(file) || bad < 0 {
				t.Fatalf("%d places, end %d of %d", bad, end, len(file))
			}
			if again, badAgain, endAgain := spool.Parse(file[:end]); endAgain != end || badAgain != bad || !reflect.DeepEqual(again, messages) {
				t.Errorf("cut at %d it reads differently: %d messages, %d places, end %d", end, len(again), badAgain, endAgain)
			}
			for _, m := range messages {
				frame, err := spool.Encode(m)
				if err != nil {
					continue // a kind that is not spooled
				}
				// The second time everything is as it will stay: masked, and valid text.
				again, bad, _ := spool.Parse(frame)
				if len(again) != 1 || bad != 0 || again[0].Chat != m.Chat || again[0].ID != m.ID || again[0].Kind != m.Kind {
					t.Errorf("%+v comes back as %+v", m, again)
				}
			}
		}
	})
}
