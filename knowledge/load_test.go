package knowledge_test

import (
	"os"
	"testing"

	"github.com/doithoai/doithoai/knowledge"
)

func TestLoadSample(t *testing.T) {
	t.Parallel()
	base, report := knowledge.Load(os.DirFS("testdata/sample"))
	if base == nil {
		t.Fatal(report.Text())
	}
	t.Log(report.Text())
	e, ok := base.Entry("bhyt-ho-can-ngheo", 20270101)
	if !ok || e.Verdicts[1].Verdict != knowledge.Yes {
		t.Errorf("got %+v, %v", e, ok)
	}
	e, _ = base.Entry("tro-cap-huu-tri-xa-hoi", 20261121)
	t.Logf("%+v", e)
	s, err := base.Render("{bhyt_mot_nam} {muc_dong_bhyt} {huu_tri_xa_hoi@01/01/2026}", 20261121)
	if err != nil || s != "1.366.200 đồng 4,5% 500.000 đồng" {
		t.Errorf("got %q, %v", s, err)
	}
}
