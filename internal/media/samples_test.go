package media_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newKey is a key like no other.
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// The smallest files that are what they say, as far as their beginnings go.

func jpeg() []byte { return []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01 a picture \xff\xd9") }

// aacFrame is a frame of ADTS with so many bytes after its header.
func aacFrame(n int) []byte {
	n += 7
	return append([]byte{0xff, 0xf1, 0x50, 0x80 | byte(n>>11), byte(n >> 3), byte(n<<5) | 0x1f, 0xfc}, make([]byte, n-7)...)
}

func aac() []byte { return slices.Concat(aacFrame(30), aacFrame(12), aacFrame(40)) }

// mp3Frame is one of MPEG 1, layer III, 128 kbit/s, 44.1 kHz: 417 bytes.
func mp3Frame() []byte { return append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 413)...) }

func mp3() []byte { return slices.Concat(mp3Frame(), mp3Frame()) }

func opus() []byte {
	page := append([]byte("OggS\x00\x02"), make([]byte, 20)...)
	return append(append(page, 1, 19), "OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"...)
}

func vorbis() []byte { return bytes.Replace(opus(), []byte("OpusHead"), []byte("\x01vorbis\x00"), 1) }

func box(brand string) []byte {
	return []byte("\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x02\x00isomiso2")
}

func archive(t testing.TB, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("<xml/>")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// compound is an old Office file with streams of these names.
func compound(names ...string) []byte {
	out := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 504)...)
	for _, name := range names {
		for _, c := range []byte(name) {
			out = append(out, c, 0)
		}
		out = append(out, make([]byte, 64)...)
	}
	return out
}

// clock is a time that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
