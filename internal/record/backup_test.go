package record_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// secret stands in every text of the sample: no error may repeat it.
const secret = "0912345678"

// sampleItems is one item of each kind, the key first.
func sampleItems(t testing.TB) []record.Item {
	t.Helper()
	name, chat := record.Name{1, 2, 255}, bot.ChatID{Channel: "web", Bot: "main", Chat: "a\xff"}
	must := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	reply := bot.Reply{Text: "Dạ, gọi " + secret}
	delivery := record.Delivery{Chat: chat, Seq: 7, Reply: reply, At: noon, Expires: noon.Add(record.KeepDelivery)}
	letter := record.Letter{ID: "ab", From: chat, Letter: bot.Letter{To: chat, Replies: []bot.Reply{reply}}, At: noon}
	return []record.Item{
		{Kind: record.ItemKey, Value: bytes.Repeat([]byte{9}, record.KeySize)},
		{Kind: record.ItemChat, Name: name, Value: record.Newest.EncodeChat(record.Chat{Revision: 3, State: []byte("\x02{}")}), Ends: noon},
		{Kind: record.ItemCase, Name: name, Value: must(record.Newest.EncodeCase(record.Case{Code: "0011", Chat: chat, Ends: noon}))},
		{Kind: record.ItemDelivery, Name: name, Value: must(record.Newest.EncodeDelivery(delivery)), Ends: noon},
		{Kind: record.ItemLetter, Value: must(record.Newest.EncodeLetter(letter))},
		{Kind: record.ItemDead, Value: must(record.Newest.EncodeDead(record.Dead{ID: "01-7", Delivery: delivery, Reason: "expired", At: noon}))},
		{Kind: record.ItemRef, Name: name, Mark: record.Mark{5}, Value: []byte("ref"), Ends: noon},
		{Kind: record.ItemWindow, Name: name, Value: record.Newest.EncodeWindow(someWindow, record.WindowState{Since: noon, Sent: 3}), Ends: noon},
		{Kind: record.ItemCount, Day: "2026-11-21", Counter: []byte("decision.answer\xff"), N: 1 << 60, Ends: noon},
		{Kind: record.ItemOfficers, Value: []byte("who is who")},
	}
}

func backup(t testing.TB, items []record.Item) []byte {
	t.Helper()
	var file bytes.Buffer
	n, err := record.WriteBackup(&file, noon, shown(items))
	if err != nil || n != len(items) {
		t.Fatalf("wrote %d items, %v, want %d", n, err, len(items))
	}
	return file.Bytes()
}

func shown(items []record.Item) func(func(record.Item) error) error {
	return func(show func(record.Item) error) error {
		for _, item := range items {
			if err := show(item); err != nil {
				return err
			}
		}
		return nil
	}
}

// read returns the items before the end or the first error.
func read(r io.Reader) (items []record.Item, err error) {
	for item, err := range record.ReadBackup(r) {
		if err != nil {
			return items, err
		}
		items = append(items, item)
	}
	return items, nil
}

func TestBackupComesBackWhole(t *testing.T) {
	t.Parallel()
	want := sampleItems(t)
	want[1].Value = record.Newest.EncodeChat(record.Chat{State: bytes.Repeat([]byte{0}, record.MaxState)})
	file := backup(t, want)
	got, err := read(iotest.OneByteReader(bytes.NewReader(file)))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %d items, %v, want the %d written", len(got), err, len(want))
	}
	header, err := record.ReadBackupHeader(bytes.NewReader(file))
	if err != nil || !header.At.Equal(noon) {
		t.Errorf("header %+v, %v, want %v", header, err, noon)
	}
	for item, err := range record.ReadBackup(bytes.NewReader(file)) {
		if err != nil || item.Kind != record.ItemKey {
			t.Errorf("first item %+v, %v, want the key", item, err)
		}
		break // whoever has seen enough may leave
	}
}

// Wherever a file ends too early, reading it says so.
func TestCutBackupIsNoticed(t *testing.T) {
	t.Parallel()
	file, whole := backup(t, sampleItems(t)), len(sampleItems(t))
	for size := range file {
		if got, err := read(bytes.NewReader(file[:size])); !errors.Is(err, record.ErrCorrupt) {
			t.Fatalf("of %d bytes the first %d give %d items, %v, want ErrCorrupt", len(file), size, len(got), err)
		}
	}
	plain := unpack(t, file)
	for size := range plain {
		got, err := read(bytes.NewReader(pack(plain[:size])))
		if !errors.Is(err, record.ErrCorrupt) || len(got) > whole {
			t.Fatalf("packed again after %d of %d bytes: %d items, %v, want ErrCorrupt", size, len(plain), len(got), err)
		}
	}
}

func TestChangedBackupIsNoticed(t *testing.T) {
	t.Parallel()
	plain := unpack(t, backup(t, sampleItems(t)))
	first := bytes.IndexByte(plain, '\n') + 1
	for i := first; i < len(plain); i++ {
		changed := slices.Clone(plain)
		changed[i] ^= 0x20
		if _, err := read(bytes.NewReader(pack(changed))); !errors.Is(err, record.ErrCorrupt) {
			t.Fatalf("byte %d changed: got %v, want ErrCorrupt", i, err)
		} else if strings.Contains(err.Error(), "Dạ") || strings.Contains(err.Error(), secret) {
			t.Fatalf("%v repeats what is stored", err)
		}
	}
}

func TestReadBackupRefuses(t *testing.T) {
	t.Parallel()
	const header = `{"format":"doithoai-backup","version":3,"at":"2026-11-21T12:00:00Z"}` + "\n"
	items := sampleItems(t)
	key, chat, end := frame(t, items[0]), frame(t, items[1]), func(n uint64) string { return frame(t, record.Item{Kind: "end", N: n}) }
	broken := items[1]
	broken.Value = broken.Value[:9]
	newer := items[1]
	newer.Value = append([]byte{byte(record.Newest) + 1}, newer.Value[1:]...)
	for name, test := range map[string]struct {
		plain string
		want  error
	}{
		"nothing":          {"", record.ErrCorrupt},
		"other text":       {"{}\n", record.ErrCorrupt},
		"endless line":     {strings.Repeat("x", 1<<20), record.ErrCorrupt},
		"other format":     {strings.Replace(header, "doithoai", "other", 1), record.ErrCorrupt},
		"next version":     {strings.Replace(header, ":3", ":4", 1) + key + end(1), record.ErrVersion},
		"version 0":        {strings.Replace(header, ":3", ":0", 1) + key + end(1), record.ErrVersion},
		"version before":   {strings.Replace(header, ":3", ":2", 1) + key + end(1), nil},
		"only a key":       {header + key + end(1), nil},
		"no key":           {header + chat + end(1), record.ErrCorrupt},
		"not even a key":   {header + end(0), record.ErrCorrupt},
		"two keys":         {header + key + key + end(2), record.ErrCorrupt},
		"one item missing": {header + key + end(2), record.ErrCorrupt},
		"one item more":    {header + key + chat + end(1), record.ErrCorrupt},
		"more behind it":   {header + key + end(1) + chat, record.ErrCorrupt},
		"no end":           {header + key, record.ErrCorrupt},
		"huge frame":       {header + string(binary.AppendUvarint(nil, 1<<40)), record.ErrCorrupt},
		"endless length":   {header + strings.Repeat("\xff", 20), record.ErrCorrupt},
		"claimed length":   {header + string(binary.AppendUvarint(nil, 60<<20)) + "x", record.ErrCorrupt},
		"undecodable":      {header + key + frame(t, broken) + end(2), record.ErrCorrupt},
		"newer value":      {header + key + frame(t, newer) + end(2), record.ErrVersion},
		"unknown kind":     {header + key + frame(t, record.Item{Kind: "moon"}) + end(2), record.ErrVersion},
		"no officers":      {header + key + frame(t, record.Item{Kind: record.ItemOfficers}) + end(2), record.ErrCorrupt},
		"count of no day":  {header + key + frame(t, record.Item{Kind: record.ItemCount, Counter: []byte("x")}) + end(2), record.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := read(bytes.NewReader(pack([]byte(test.plain)))); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	if _, err := record.ReadBackupHeader(strings.NewReader("PK\x03\x04 something else altogether")); !errors.Is(err, record.ErrCorrupt) {
		t.Errorf("header of another file: got %v, want ErrCorrupt", err)
	}
}

// A disk that cannot be read is not a backup that was changed.
func TestReadBackupTellsTheReadersError(t *testing.T) {
	t.Parallel()
	gone, file := errors.New("disk is gone"), backup(t, sampleItems(t))
	for _, after := range []int{0, len(file) / 2, len(file) - 1} {
		_, err := read(io.MultiReader(bytes.NewReader(file[:after]), iotest.ErrReader(gone)))
		if !errors.Is(err, gone) || errors.Is(err, record.ErrCorrupt) {
			t.Errorf("after %d bytes: got %v, want %v", after, err, gone)
		}
	}
}

func TestWriteBackupRefuses(t *testing.T) {
	t.Parallel()
	items, stop := sampleItems(t), errors.New("stop")
	for name, test := range map[string]struct {
		items []record.Item
		fail  error
		want  error // nil: any
	}{
		"no key":         {items[1:], nil, record.ErrCorrupt},
		"nothing":        {nil, nil, nil},
		"a torn value":   {append(slices.Clone(items), record.Item{Kind: record.ItemChat, Value: []byte{2, 1}}), nil, record.ErrCorrupt},
		"an odd kind":    {append(slices.Clone(items), record.Item{Kind: "end"}), nil, record.ErrVersion},
		"too long":       {append(slices.Clone(items), record.Item{Kind: record.ItemRef, Value: make([]byte, 50<<20)}), nil, nil},
		"a failed store": {items, stop, stop},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var file bytes.Buffer
			_, err := record.WriteBackup(&file, noon, func(show func(record.Item) error) error {
				return errors.Join(shown(test.items)(show), test.fail)
			})
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if _, err := read(&file); err == nil {
				t.Error("what was left behind passes for a backup")
			}
		})
	}
	if _, err := record.WriteBackup(failing{}, noon, shown(items)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("to a full disk: got %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func frame(t testing.TB, item record.Item) string {
	t.Helper()
	raw, err := json.Marshal(item)
	if err != nil {
		t.Fatal(err)
	}
	b := append(binary.AppendUvarint(nil, uint64(len(raw))), raw...)
	return string(binary.BigEndian.AppendUint32(b, crc32.Checksum(raw, crc32.MakeTable(crc32.Castagnoli))))
}

// pack wraps plain as gzip does, but stores it as it is: setting up a
// compressor takes longer than all the reading.
func pack(plain []byte) []byte {
	b := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	for rest := plain; ; {
		block, last := rest[:min(len(rest), 0xffff)], byte(0)
		if rest = rest[len(block):]; len(rest) == 0 {
			last = 1
		}
		b = binary.LittleEndian.AppendUint16(append(b, last), uint16(len(block)))
		b = append(binary.LittleEndian.AppendUint16(b, ^uint16(len(block))), block...)
		if last == 1 {
			break
		}
	}
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(plain))
	return binary.LittleEndian.AppendUint32(b, uint32(len(plain)))
}

func unpack(t testing.TB, file []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// The fuzzer works on what is inside: packed bytes it would hardly ever hit.
func FuzzReadBackup(f *testing.F) {
	whole := unpack(f, backup(f, sampleItems(f)))
	f.Add(whole)
	f.Add(whole[:len(whole)-3])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, plain []byte) {
		items, err := read(bytes.NewReader(pack(plain)))
		if err != nil {
			if !errors.Is(err, record.ErrCorrupt) && !errors.Is(err, record.ErrVersion) {
				t.Errorf("got %v, want one of the two", err)
			}
			return
		}
		var file bytes.Buffer
		if _, err := record.WriteBackup(&file, noon, shown(items)); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if again, err := read(&file); err != nil || !reflect.DeepEqual(again, items) {
			t.Errorf("got %+v, %v, want %+v", again, err, items)
		}
	})
}
