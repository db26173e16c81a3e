package knowledge_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/doithoai/doithoai/knowledge"
)

// A province's worth of entries: what a reload costs.
func BenchmarkLoad(b *testing.B) {
	files := fstest.MapFS{}
	for _, name := range []string{"so_lieu.yaml", "dia_danh.yaml", "chu_de.yaml", "tu_dien.yaml", "bao-hiem-y-te/bhyt-ho-ngheo.yaml", "bao-hiem-y-te/bhyt-ho-can-ngheo.yaml", "tro-giup-xa-hoi/tro-cap-huu-tri-xa-hoi.yaml", "tro-giup-xa-hoi/moi-co-nguoi-gia.yaml"} {
		data, err := os.ReadFile("testdata/sample/" + name)
		if err != nil {
			b.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	entry := string(files["bao-hiem-y-te/bhyt-ho-ngheo.yaml"].Data)
	for i := range 10_000 {
		text := strings.NewReplacer("mã: bhyt-ho-ngheo", fmt.Sprintf("mã: muc-%d", i), "không?", fmt.Sprintf("số %d không?", i), "đóng?", fmt.Sprintf("số %d đóng?", i), "nhãn: Thẻ BHYT hộ nghèo", fmt.Sprintf("nhãn: Thẻ %d", i),
			"nhóm: the-bhyt", fmt.Sprintf("nhóm: nhom-%d", i/10)).Replace(entry)
		files[fmt.Sprintf("bao-hiem-y-te/muc-%d.yaml", i)] = &fstest.MapFile{Data: []byte(text)}
	}
	for b.Loop() {
		if base, report := knowledge.Load(files); base == nil {
			b.Fatal(report.Text()[:1000])
		}
	}
}
