package knowledge_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/doithoai/doithoai/knowledge"
)

// card is the entry of the sample that gets a picture in these tests.
const card = "bao-hiem-y-te/bhyt-ho-ngheo.yaml"

// pictured is the sample with a picture named under an entry, in its last line.
func pictured(t *testing.T, line string, pictures map[string][]byte) fstest.MapFS {
	t.Helper()
	files := overlay(t, "")
	files[card] = &fstest.MapFile{Data: append(bytes.TrimRight(files[card].Data, "\n"), "\nhình: "+line+"\n"...), Mode: 0o644}
	for name, data := range pictures {
		files[name] = &fstest.MapFile{Data: data, Mode: 0o644}
	}
	return files
}

func drawn(t *testing.T, width int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, 20))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPictures(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, name := range []string{"bao-hiem-y-te/the.png", "the.png"} { // beside the entry, or in the base's folder
		base, report := knowledge.Load(pictured(t, "the.png · Thẻ mẫu", map[string][]byte{name: drawn(t, 30)}))
		if base == nil || len(report.Faults) > 0 {
			t.Fatal(report.Text())
		}
		e, _ := base.Entry("bhyt-ho-ngheo", today)
		if e.Picture.Alt != "Thẻ mẫu" || len(e.Picture.Key) != 32 {
			t.Fatalf("picture %+v", e.Picture)
		}
		if data, ok := base.Picture(e.Picture.Key); !ok || !bytes.Equal(data, drawn(t, 30)) {
			t.Errorf("got %d bytes, %t", len(data), ok)
		}
		keys = append(keys, e.Picture.Key)
	}
	if keys[0] != keys[1] {
		t.Errorf("keys %q of one picture", keys)
	}
}

// Another picture under the same name is another base, and another key.
func TestAChangedPictureIsAnotherBase(t *testing.T) {
	t.Parallel()
	var bases []*knowledge.Base
	for _, width := range []int{30, 31} {
		base, report := knowledge.Load(pictured(t, "the.png · Thẻ mẫu", map[string][]byte{"the.png": drawn(t, width)}))
		if base == nil {
			t.Fatal(report.Text())
		}
		bases = append(bases, base)
	}
	one, _ := bases[0].Entry("bhyt-ho-ngheo", today)
	other, _ := bases[1].Entry("bhyt-ho-ngheo", today)
	if bases[0].Digest == bases[1].Digest || one.Picture.Key == other.Picture.Key {
		t.Error("the bases cannot be told apart")
	}
	if _, ok := bases[1].Picture(one.Picture.Key); ok {
		t.Error("the new base has the old picture")
	}
}

func TestPicturesThatCannotBeShown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		line     string
		pictures map[string][]byte
		want     []string
	}{
		"too large":      {"the.png · Thẻ", map[string][]byte{"the.png": append(drawn(t, 30), make([]byte, 1<<20)...)}, []string{"lớn quá", "1024 KB", "Thu nhỏ"}},
		"no picture":     {"the.png · Thẻ", map[string][]byte{"the.png": []byte("<html>")}, []string{"không phải hình", ".jpg"}},
		"a cut picture":  {"the.png · Thẻ", map[string][]byte{"the.png": drawn(t, 30)[:20]}, []string{"không phải hình"}},
		"another kind":   {"the.webp · Thẻ", map[string][]byte{"the.webp": []byte("RIFF\x24\x00\x00\x00WEBPVP8 ")}, []string{"không phải hình"}},
		"name not found": {"the.png · Thẻ", nil, []string{"Không thấy tệp hình «the.png»", "Chép hình"}},
		"nearly found":   {"the.png · Thẻ", map[string][]byte{"bao-hiem-y-te/The-.png": drawn(t, 30)}, []string{"Không thấy tệp hình", "Có phải ý là «The-.png»"}},
		"outside":        {"../the.png · Thẻ", nil, []string{"Không thấy tệp hình"}},
		"no words":       {"the.png", map[string][]byte{"the.png": drawn(t, 30)}, []string{"chưa có lời mô tả"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := pictured(t, test.line, test.pictures)
			base, report := knowledge.Load(files)
			if base != nil || len(report.Faults) != 1 {
				t.Fatalf("base %v, %s", base != nil, report.Text())
			}
			line := 1 + bytes.Count(bytes.TrimRight(files[card].Data, "\n"), []byte("\n"))
			if f := report.Faults[0]; f.File != card || f.Line != line || f.Severity != knowledge.Error {
				t.Errorf("fault %+v, want one in line %d of %s", f, line, card)
			}
			for _, want := range test.want {
				if !strings.Contains(report.Text(), want) {
					t.Errorf("got %q, want %q in it", report.Text(), want)
				}
			}
		})
	}
}

// The copy of the last good base, which serves after a restart on a broken
// folder, has its pictures.
func TestTheLastGoodCopyHasPictures(t *testing.T) {
	t.Parallel()
	dir, copies := filepath.Join(t.TempDir(), "kho"), t.TempDir()
	if err := os.CopyFS(dir, pictured(t, "the.png · Thẻ mẫu", map[string][]byte{"bao-hiem-y-te/the.png": drawn(t, 30)})); err != nil {
		t.Fatal(err)
	}
	load := func() (base *knowledge.Base, out knowledge.Outcome) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if err := knowledge.Watch(ctx, dir, copies, func(b *knowledge.Base, o knowledge.Outcome) { base, out = b, o; cancel() }); err != nil {
			t.Fatal(err)
		}
		return base, out
	}
	if base, out := load(); base == nil || out.Err != nil {
		t.Fatalf("outcome %+v", out)
	}
	if err := os.Remove(filepath.Join(dir, "bao-hiem-y-te", "the.png")); err != nil {
		t.Fatal(err)
	}
	base, out := load()
	if base == nil || !out.LastGood {
		t.Fatalf("outcome %+v, want the copy", out)
	}
	e, _ := base.Entry("bhyt-ho-ngheo", today)
	if data, ok := base.Picture(e.Picture.Key); !ok || !bytes.Equal(data, drawn(t, 30)) {
		t.Errorf("got %d bytes, %t", len(data), ok)
	}
}
